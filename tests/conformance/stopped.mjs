// A client that tells its session's id and lives on: stopped.mjs URL TRANSPORT.
import { io } from 'socket.io-client';

const [url, transport] = process.argv.slice(2);
const socket = io(url, { transports: [transport] });
socket.on('connect', () => process.send(socket.io.engine.id));
