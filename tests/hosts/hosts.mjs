// Invigil on nine hosts, a class at work, and each host in turn lost: nothing acknowledged is lost, nobody misses an event
// or hears it twice, and the class goes on. Half the hosts just fall silent, as a machine does whose power fails.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import WebSocket from 'ws';
import { Random } from '../support/random.mjs';
import { checkCommands, checkEnd, checkEvents, checkLogs, checkPresence } from '../faults/soak/check.mjs';
import { Client, pause } from '../faults/soak/client.mjs';
import { Exam, eventually } from '../faults/soak/exam.mjs';
import { Tally } from '../faults/soak/tally.mjs';
import { Socket } from '../support/socket.mjs';
import { SocketIo } from '../support/socketio.mjs';
import { Site } from './site.mjs';

const STUDENTS = 8;
const AGAIN_MS = 30_000; // after a loss everybody works again within

// An exam whose people come from the school's network by different doors.
class Sitting extends Exam {
	async enter(name, path, seesAll) {
		const client = new Client({ name, path, seesAll, token: this.world.token(name, { seconds: 24 * 3600 }),
			place: this.stack.place(this.clients.length), random: this.random.fork(), tally: this.tally });
		this.clients.push(client);
		client.start();
		return client;
	}
}

let site, exams;
const tally = new Tally();

async function tellLogs(error) {
	console.log(await site.logs());
	throw error;
}

before(async () => {
	site = new Site();
	await site.build().then(() => site.well()).catch(tellLogs);
	const random = new Random(Number(process.env.SEED || Date.now() % 1000000));
	exams = [1, 2].map(() => new Sitting({ stack: site, random: random.fork(), tally, students: STUDENTS, pause: 150 }));
	for (const exam of exams) await exam.open();
	for (const student of exams.flatMap(({ students }) => students)) student.start();
}, { timeout: 120_000 });

after(async () => {
	for (const exam of exams ?? []) {
		for (const student of exam.students ?? []) student.over = true;
		exam.proxies = [];
		for (const client of exam.clients) await client.leave(true);
	}
	await site?.stop();
}, { timeout: 60_000 });

// Everybody is in and has been heard from since now, every student has had something acknowledged, and the staff know of all of it;
// in ms.
async function goesOn() {
	const began = Date.now();
	const clients = exams.flatMap((exam) => exam.clients);
	const all = exams.flatMap(({ students }) => students).map((student) => ({ student, before: student.acknowledged.length }));
	for (const { ws } of clients) if (ws.readyState === WebSocket.OPEN) ws.ping();
	await eventually('everybody works', () => {
		const idle = all.filter(({ student, before: count }) => student.acknowledged.length < count + 2);
		const out = clients.filter(({ connected, heardAt }) => !connected || heardAt <= began);
		return idle.length + out.length === 0 || `idle: ${idle.length}, out: ${out.map(({ name }) => name)}`;
	}, AGAIN_MS);
	for (const exam of exams) {
		const head = Number(await site.sql(`SELECT head FROM session_streams WHERE session_id = '${exam.session}'`));
		await eventually('the staff have heard of it', () => exam.staff.every(({ last }) => last >= head), AGAIN_MS);
	}
	return Date.now() - began;
}

// One after the other; the later ones need what the former have left in order.
let broken = false;
const step = (title, play) => test(title, { timeout: 120_000 }, async (t) => {
	if (broken) return t.skip('not reached');
	broken = true;
	await play(t).catch(tellLogs);
	broken = false;
	return undefined;
});

const answers = (url, wanted) => eventually(`${url} answers`, () => fetch(url).then(({ status }) => status === wanted, () => false), 20_000);
const lost = async (t, what) => t.diagnostic(`${what}: everybody works again after ${((await goesOn()) / 1000).toFixed(1)} s`);

step('a class works, over both web hosts and both pushds', async (t) => {
	await lost(t, 'nothing lost');
	assert.equal(await site.standby(), 'sync');
	const nodes = await site.sql('SELECT count(DISTINCT node_id) FROM presences WHERE expires_at IS NULL');
	assert.equal(nodes, '2', 'students are on both');
	for (const name of ['web1', 'web2']) {
		await eventually(`${name} works`, () => site.hosts[name].read('/var/log/lighttpd/invigil.log').then((log) => log.includes('POST /api/v1/attempts/')), 10_000);
	}
	const [first] = exams;
	assert.deepEqual(first.staff.map(({ ws }) => new URL(ws.url).hostname), ['10.0.0.21', '10.0.0.22'], 'and the staff too');
});

step('who comes through HAProxy is known by his own address, and no log has a query', async () => {
	const token = exams[0].world.token('teacher');
	for (const path of ['/api/v1/sessions/x', '/ws/x', '/']) await fetch(`${site.base}${path}?token=${token}`);
	await eventually('HAProxy has told of it', async () => (await site.hosts.balancer.log()).includes('GET /ws/x '), 5000);
	for (const host of Object.values(site.hosts)) assert.ok(!(await host.log()).includes(token), host.name);
	const opened = (await site.text('log/pushd.log')).match(/msg="connection opened".*/g);
	assert.ok(opened.length >= 2 * (STUDENTS + 2));
	for (const line of opened) assert.match(line, / address=10\.0\.0\.1 /);
	const plain = await fetch('http://exam.example.org/app/?a=1', { redirect: 'manual' });
	assert.deepEqual([plain.status, plain.headers.get('location')], [301, 'https://exam.example.org/app/?a=1']);
});

step('the doctor finds nothing on a web host', async () => {
	const { code, stdout } = await site.app(['doctor', '--url', site.base], 'SSL_CERT_FILE=/etc/invigil/authority.pem');
	assert.equal(code, 0, stdout);
	assert.match(stdout, /✓ .*socket/i);
});

step('through HAProxy a session has one pushd, and a Socket.IO client that polls too', async () => {
	const token = exams[0].world.token('admin');
	for (const { session } of exams) {
		const paths = [`/api/v1/sessions/${session}/ws`, `/ws/sessions/${session}`, `/ws/sessions/${session}`, `/api/v1/sessions/${session}/ws`];
		for (const path of paths) {
			const socket = new Socket(`${site.base.replace('http', 'ws')}${path}`, { protocols: ['bearer', token] });
			assert.ok(await socket.type('connected'), path);
			await socket.close();
		}
		const places = async () => [...(await site.hosts.balancer.log()).matchAll(new RegExp(` push/(push\\d) .* 101 .*/${session}`, 'g'))].map(([, place]) => place);
		await eventually('HAProxy has told of it', async () => (await places()).length >= paths.length, 5000);
		assert.equal(new Set(await places()).size, 1);
	}
	for (const transports of [['polling'], ['polling', 'websocket']]) {
		const client = new SocketIo({ base: site.base }, { auth: { token }, transports });
		assert.ok(await client.isIn(), JSON.stringify(client.refused));
		await eventually('its last transport', () => client.transport === transports.at(-1), 5000);
		client.ws.disconnect();
	}
});

step('a web host dies', async (t) => {
	await site.hosts.web1.die(false);
	await lost(t, 'web1');
	await site.hosts.web1.boot();
	await site.startService('web1');
});

step('the other one falls silent', async (t) => {
	await answers('http://10.0.0.11/api/v1/auth/me', 401);
	await site.hosts.web2.unplug();
	await lost(t, 'web2');
	await site.hosts.web2.plug();
});

step('a host with pushd dies', async (t) => {
	await site.hosts.push1.die(false);
	await lost(t, 'push1');
	await site.hosts.push1.boot();
	await site.startService('push1');
});

step('the other one falls silent, for longer than its lease', async (t) => {
	await answers('http://10.0.0.21:8765/health/ready', 200);
	await site.hosts.push2.unplug();
	await lost(t, 'push2');
	await eventually('its students count no longer by it', async () => await site.sql(`SELECT count(*) FROM nodes n JOIN presences p
		ON p.node_id = n.id WHERE n.lease_until < now()`) === '0' && await site.sql('SELECT count(*) FROM nodes WHERE lease_until < now()') === '1', 30_000);
	await site.hosts.push2.plug();
	await lost(t, 'push2 plugged in again');
});

step('HAProxy dies and is started again', async (t) => {
	await site.hosts.balancer.kill('haproxy');
	await site.startBalancer();
	await lost(t, 'HAProxy');
});

step('a PgBouncer dies', async (t) => {
	await site.hosts.pool1.die(false);
	await lost(t, 'pool1');
	await site.hosts.pool1.boot();
	await site.startPool('pool1');
});

step('the standby dies: nothing is acknowledged until the primary is told to go on alone', async (t) => {
	const acknowledged = () => tally.of('acknowledged');
	await site.hosts.db2.die();
	await eventually('they stand still', async () => {
		const before = acknowledged();
		await pause(1500);
		return acknowledged() === before;
	}, 20_000);
	// for so long that each pushd could take the other for dead
	await eventually('both leases are over', async () => await site.sql('SELECT count(*) FROM nodes WHERE lease_until > clock_timestamp() AND isfinite(lease_until)') === '0', 30_000);
	await site.type('db1', /standby_names = ''/);
	await lost(t, 'db2');
	await site.hosts.db2.boot();
	await site.follow('db2');
	await lost(t, 'db2 follows again');
});

step('the primary dies: the standby takes its place', async (t) => {
	await site.hosts.db1.die();
	site.primary = 'db2';
	await site.type('db2', /pg_promote/);
	for (const name of ['pool1', 'pool2']) await site.type(name, /pgbouncer\.ini/);
	await lost(t, 'db1');
	await site.hosts.db1.boot();
	await site.follow('db1');
	await lost(t, 'db1 follows db2');
});

step('who was acknowledged is heard, and nobody missed anything', async (t) => {
	await site.well();
	const wrong = [];
	for (const exam of exams) {
		await Promise.all(exam.students.map((student) => student.stop()));
		const [first, second] = exam.students;
		await first.client.leave();
		await second.client.leave(true);
		wrong.push(...await checkPresence(exam, 40_000));
		await exam.world.must('teacher', 'POST', `/sessions/${exam.session}/complete`);
		wrong.push(...await checkEvents(exam, tally), ...await checkCommands(exam, tally), ...await checkEnd(exam));
	}
	wrong.push(...await checkLogs(site));
	assert.deepEqual(wrong, []);
	const [acknowledged, retries, resumes] = ['acknowledged', 'retries', 'resumes'].map((what) => tally.of(what));
	t.diagnostic(`${acknowledged} acknowledged, ${retries} repeated, ${resumes} came back, ${tally.of('delivered')} heard`);
	assert.ok(acknowledged > 500 && retries > 10 && resumes > 10, 'they worked, and were hindered');
});

step('without PgBouncer the services find the primary themselves', async () => {
	const url = `postgresql://invigil:${site.password}@10.0.0.41,10.0.0.42/invigil?target_session_attrs=read-write`;
	const { code, stdout } = await site.app(['audit', 'verify', exams[0].session], `INVIGIL_DATABASE_URL='${url}'`);
	assert.equal(code, 0, stdout);
});
