// ---- what a word, or a stretch of sound, listens to in one head, out of what a view holds; part of the timeline -----

const FINE = 255;

// The share of each frame, or of each frame of a block, `side` of which are taken together. What is kept (the listener,
// the head) is known frame by frame.
export function rowOf(view, head, listener) {
  const { n_frames: n, side } = view;
  if (listener === view.query && head === view.chosen) return { shares: view.exact, side: 1 };
  if (listener === view.query) return linear(view.looks, view.looks_tops[head], head * n, n);
  if (head === view.chosen) return linear(view.whole, view.whole_tops[listener], listener * n, n);
  const blocks = Math.ceil(n / side);
  const at = (head * view.listeners.length + listener) * blocks;
  const shares = new Float32Array(blocks);
  for (let i = 0; i < blocks; i++) {
    const inBlock = Math.min(side, n - i * side);
    shares[i] = ((view.pooled[at + i] / FINE) ** 2 * view.pooled_tops[head]) / inBlock;
  }
  return { shares, side };
}

function linear(levels, top, at, n) {
  return { shares: Float32Array.from({ length: n }, (_, i) => (levels[at + i] / FINE) * top), side: 1 };
}

export function largest({ shares }) {
  return shares.reduce((most, share) => Math.max(most, share), 0);
}

// What goes to no frame that is shown.
export function restOf(view, head, listener) {
  return view.rest[head * view.listeners.length + listener];
}

// The moment that gets most: the middle of its frame, or block, in seconds.
export function peakOf(view, row) {
  const at = row.shares.reduce((best, share, i) => (share > row.shares[best] ? i : best), 0);
  const frames = Math.min(row.side, view.n_frames - at * row.side);
  return { time: view.begin + (at * row.side + frames / 2) * view.step, share: row.shares[at] };
}

export function shareAt(view, row, time) {
  return row.shares[Math.floor((time - view.begin) / view.step / row.side + 1e-6)] ?? 0;
}

// Which listener a moment belongs to: the word that is said then, or the stretch; -1 for none.
export function listenerAt(view, time) {
  return view.times.findIndex(([begin, end]) => time >= begin && time < end);
}

// Samples from -1 to 1 out of 16 bits each, the lower byte first.
export function samplesOf(bytes) {
  const samples = new Float32Array(bytes.length / 2);
  for (let i = 0; i < samples.length; i++) {
    samples[i] = (((bytes[2 * i] | (bytes[2 * i + 1] << 8)) << 16) >> 16) / 32767;
  }
  return samples;
}
