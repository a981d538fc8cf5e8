// What a Node developer would write for the same fan-out: `POST /` sends its text to every WebSocket, by `ws`.
// The JSON is made once per message, as in the engine that it is measured beside.
import { createServer } from 'node:http';
import { WebSocket, WebSocketServer } from 'ws';

const server = createServer((request, response) => {
  let body = '';
  request.on('data', (data) => (body += data));
  request.on('end', () => {
    const { variables } = JSON.parse(body);
    const frame = JSON.stringify({ id: '1', type: 'data', payload: { data: { onMessage: variables } } });
    for (const client of sockets.clients) {
      if (client.readyState === WebSocket.OPEN) client.send(frame);
    }
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ data: { send: variables } }));
  });
});
const sockets = new WebSocketServer({ server, handleProtocols: () => 'graphql-ws' });
sockets.on('connection', (socket) => {
  socket.on('message', (data) => {
    const { type, id } = JSON.parse(data);
    if (type === 'connection_init') socket.send('{"type":"connection_ack"}');
    if (type === 'start') socket.send(JSON.stringify({ id, type: 'start_ack' }));
  });
});
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}/graphql`));
