// A server with timers, worker threads and buffers; says on request whether all of it is whole.
const net = require('net');
const { Worker, isMainThread, parentPort } = require('worker_threads');
const crypto = require('crypto');

if (!isMainThread) {
  let count = 0;
  setInterval(() => parentPort.postMessage(++count), 5);
} else {
  const counts = [0, 0];
  counts.forEach((_, i) => new Worker(__filename).on('message', (n) => {
    if (n !== counts[i] + 1) problems.push(`worker ${i} said ${n} after ${counts[i]}`);
    counts[i] = n;
  }));
  const problems = [];
  const kept = [];
  for (let i = 0; i < 32; i++) {
    const bytes = crypto.randomBytes(1 << 20);
    kept.push({ bytes, digest: crypto.createHash('sha256').update(bytes).digest('hex') });
  }
  let ticks = 0;
  setInterval(() => ticks++, 5);
  net.createServer((socket) => socket.on('data', () => {
    for (const { bytes, digest } of kept) {
      if (crypto.createHash('sha256').update(bytes).digest('hex') !== digest) problems.push('a buffer has changed');
    }
    const before = [ticks, ...counts];
    setTimeout(() => {
      const now = [ticks, ...counts];
      if (!now.every((n, i) => n > before[i])) problems.push(`something stands still: ${now}, was ${before}`);
      socket.write(problems.length ? `bad ${problems}\n` : `ok ${ticks}\n`);
    }, 100);
  })).listen(7000, '0.0.0.0');
}
