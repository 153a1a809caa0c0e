"""What an author of FastAPI writes for the same exam: answers over HTTP, and the sockets of a session.

There are two ways to save an answer. ANSWERS=transaction is how such an application is written with care: a transaction that
locks and checks, and writes answer, counter and event. ANSWERS=statement borrows the very statement that a worker of ours sends
(STATEMENT, out of sql/queries/), so that the database does the same work and all that differs is around it.
"""
import json
import os
from contextlib import suppress
from datetime import datetime, timezone
from typing import NamedTuple, Optional, Union
from uuid import UUID

import asyncpg
import jwt
from fastapi import Depends, FastAPI, HTTPException, Request, WebSocket, WebSocketDisconnect
from fastapi.responses import JSONResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel, Field

SECRET = os.environ["JWT_SECRET"]
STATEMENT = os.environ["STATEMENT"]
ANSWERS = os.environ["ANSWERS"]
PRESENCE_SECONDS = 120
CLOSE_POLICY = 1008

ACCESS = """
SELECT s.status, s.started_at, s.time_limit_seconds, t.head, u.full_name, u.role
FROM sessions s
JOIN session_streams t ON t.session_id = s.id
JOIN users u ON u.id = $2 AND u.active
WHERE s.id = $1
  AND (EXISTS (SELECT FROM class_students c WHERE c.class_id = s.class_id AND c.student_id = u.id)
    OR EXISTS (SELECT FROM class_teachers c WHERE c.class_id = s.class_id AND c.teacher_id = u.id))
"""

STATUS_OF_ERROR = {"AUTH_FAILED": 401, "ACCESS_DENIED": 403, "ATTEMPT_NOT_FOUND": 404, "QUESTION_NOT_IN_TEST": 422}

app = FastAPI()
bearer = HTTPBearer()


@app.on_event("startup")
async def connect() -> None:
    app.state.pool = await asyncpg.create_pool(min_size=8, max_size=16)


@app.on_event("shutdown")
async def disconnect() -> None:
    await app.state.pool.close()


class User(BaseModel):
    user_id: UUID
    role: str


def decode(token: str) -> User:
    claims = jwt.decode(token, SECRET, algorithms=["HS256"], options={"require": ["exp", "user_id", "role"]})
    return User(**claims)


async def current_user(credentials: HTTPAuthorizationCredentials = Depends(bearer)) -> User:
    try:
        return decode(credentials.credentials)
    except jwt.InvalidTokenError:
        raise HTTPException(401, "AUTH_FAILED")


class Answer(BaseModel):
    question_id: UUID
    answer: Union[str, list[str]] = Field(max_length=5000)
    time_spent_seconds: Optional[int] = Field(None, ge=0)


def moment(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, timezone.utc)


def iso(time: datetime) -> str:
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Saved(NamedTuple):
    question_number: int
    is_update: bool
    answered_at: datetime
    answered_questions: int
    ends_at: Optional[datetime]


async def save_by_statement(connection: asyncpg.Connection, user: User, attempt_id: UUID, body: Answer) -> Saved:
    row = await connection.fetchrow(
        STATEMENT, user.user_id, user.role, attempt_id, body.question_id, json.dumps(body.answer), bool(body.answer),
        -1 if body.time_spent_seconds is None else body.time_spent_seconds, PRESENCE_SECONDS)
    if row["outcome"]:
        raise HTTPException(STATUS_OF_ERROR.get(row["outcome"], 409), row["outcome"])
    return Saved(row["question_number"], row["is_update"], moment(row["created_at"]), row["answered_questions"],
                 None if row["ends_at"] is None else moment(row["ends_at"]))


LOCK = """
SELECT a.session_id, a.student_id, a.status, a.total_questions, q.number, u.full_name, u.active, u.role,
  s.started_at + make_interval(secs => s.time_limit_seconds) AS ends_at, o.answered AS before
FROM attempts a
JOIN sessions s ON s.id = a.session_id
JOIN users u ON u.id = a.student_id
LEFT JOIN questions q ON q.version_id = a.test_version_id AND q.id = $2
LEFT JOIN answers o ON o.attempt_id = a.id AND o.question_id = $2
WHERE a.id = $1
FOR NO KEY UPDATE OF a
"""
UPSERT = """
INSERT INTO answers (attempt_id, question_id, answer, answered, answered_at, time_spent_seconds) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (attempt_id, question_id) DO UPDATE SET answer = excluded.answer, answered = excluded.answered,
  answered_at = excluded.answered_at, time_spent_seconds = excluded.time_spent_seconds
"""
COUNT = """
UPDATE attempts SET answered_questions = answered_questions + $2, last_activity = $3 WHERE id = $1 RETURNING answered_questions
"""
# no chain of hashes, which is more than most would write
EVENT = """
WITH stream AS (UPDATE session_streams SET head = head + 1 WHERE session_id = $1 RETURNING head)
INSERT INTO events (session_id, event_id, type, audience, actor_id, payload, created_at, hash)
SELECT $1, head, 'student_answer', 'staff', $2, $3, $4, '' FROM stream
"""


def refusal(attempt: Optional[asyncpg.Record], user: User, now: datetime) -> Optional[str]:
    if attempt is None:
        return "ATTEMPT_NOT_FOUND"
    if attempt["student_id"] != user.user_id or user.role != "STUDENT":
        return "ACCESS_DENIED"
    if not attempt["active"] or attempt["role"] != user.role:
        return "AUTH_FAILED"
    if attempt["number"] is None:
        return "QUESTION_NOT_IN_TEST"
    if attempt["status"] != "IN_PROGRESS":
        return "INVALID_ATTEMPT_STATUS"
    if attempt["ends_at"] is not None and now >= attempt["ends_at"]:
        return "ATTEMPT_TIME_EXPIRED"
    return None


async def save_in_transaction(connection: asyncpg.Connection, user: User, attempt_id: UUID, body: Answer) -> Saved:
    async with connection.transaction():
        attempt = await connection.fetchrow(LOCK, attempt_id, body.question_id)
        now = datetime.now(timezone.utc)
        code = refusal(attempt, user, now)
        if code:
            raise HTTPException(STATUS_OF_ERROR.get(code, 409), code)
        before, answered = attempt["before"], bool(body.answer)
        await connection.execute(UPSERT, attempt_id, body.question_id, json.dumps(body.answer), answered, now,
                                 body.time_spent_seconds)
        count = await connection.fetchval(COUNT, attempt_id, int(answered) - int(bool(before)), now)
        payload = {
            "student_id": str(user.user_id), "student_name": attempt["full_name"], "question_id": str(body.question_id),
            "question_number": attempt["number"], "answered": answered, "is_update": before is not None,
            "answer": body.answer, "answered_questions": count, "total_questions": attempt["total_questions"],
        }
        await connection.execute(EVENT, attempt["session_id"], user.user_id, json.dumps(payload), now)
    return Saved(attempt["number"], before is not None, now, count, attempt["ends_at"])


save = {"statement": save_by_statement, "transaction": save_in_transaction}[ANSWERS]


@app.post("/api/v1/attempts/{attempt_id}/answers")
async def save_answer(attempt_id: UUID, body: Answer, request: Request, user: User = Depends(current_user)):
    async with request.app.state.pool.acquire() as connection:
        saved = await save(connection, user, attempt_id, body)
    remaining = int((saved.ends_at - saved.answered_at).total_seconds()) if saved.ends_at else None
    return JSONResponse({
        "saved": [{
            "question_id": str(body.question_id),
            "question_number": saved.question_number,
            "is_update": saved.is_update,
            "answered_at": iso(saved.answered_at),
        }],
        "answered_questions": saved.answered_questions,
        "time_remaining_seconds": remaining,
    })


rooms: dict[UUID, set[WebSocket]] = {}


@app.websocket("/api/v1/sessions/{session_id}/ws")
async def session_socket(websocket: WebSocket, session_id: UUID, token: str, last_event_id: int = 0):
    try:
        user = decode(token)
    except jwt.InvalidTokenError:
        await websocket.close(CLOSE_POLICY)
        return
    row = await app.state.pool.fetchrow(ACCESS, session_id, user.user_id)
    if row is None or row["role"] != user.role:
        await websocket.close(CLOSE_POLICY)
        return
    await websocket.accept()
    room = rooms.setdefault(session_id, set())
    room.add(websocket)
    try:
        started = row["started_at"]
        await websocket.send_text(json.dumps({
            "type": "connected", "last_event_id": row["head"], "session_id": str(session_id), "user_id": str(user.user_id),
            "full_name": row["full_name"], "role": user.role, "status": row["status"],
            "started_at": started.isoformat() if started else None, "time_limit_seconds": row["time_limit_seconds"],
            "timestamp": datetime.now(timezone.utc).isoformat(timespec="milliseconds"),
        }, separators=(",", ":")))
        with suppress(WebSocketDisconnect):
            while True:
                await websocket.receive_text()
    finally:
        room.discard(websocket)
