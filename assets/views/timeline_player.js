// ---- plays the sound of a timeline, and says where it is; part of the timeline --------------------------------------

export class Player {
  // `begin` is the second of the sound at which the samples start.
  constructor(samples, rate, begin) {
    Object.assign(this, { samples, rate, begin, end: begin + samples.length / rate, at: begin, source: null });
  }

  // Who is told of every new moment, as long as it is on the page.
  follow(element, changed) {
    Object.assign(this, { element, changed });
  }

  get isPlaying() {
    return this.source !== null;
  }

  get time() {
    if (!this.isPlaying) return this.at;
    return Math.min(this.until, this.from + this.context.currentTime - this.started);
  }

  // A browser lets a page make a sound when somebody has clicked or pressed a key.
  play(from = this.at, until = this.end) {
    this.stop();
    this.context ??= new globalThis.AudioContext();
    this.context.resume();
    const begin = from >= until - 0.01 ? this.begin : from;
    const buffer = this.context.createBuffer(1, this.samples.length, this.rate);
    buffer.copyToChannel(this.samples, 0);
    const source = this.context.createBufferSource();
    source.buffer = buffer;
    source.connect(this.context.destination);
    source.start(0, begin - this.begin, until - begin);
    Object.assign(this, { source, from: begin, until, started: this.context.currentTime });
    this.tick();
  }

  stop() {
    if (!this.isPlaying) return;
    this.at = this.time;
    this.source.stop();
    this.source = null;
    this.changed?.();
  }

  go(time) {
    const wasPlaying = this.isPlaying;
    this.stop();
    this.at = Math.max(this.begin, Math.min(this.end, time));
    if (wasPlaying) this.play();
    this.changed?.();
  }

  tick() {
    if (!this.isPlaying) return;
    if (!this.element?.isConnected || this.time >= this.until) return this.stop();
    this.changed();
    requestAnimationFrame(() => this.tick());
  }
}
