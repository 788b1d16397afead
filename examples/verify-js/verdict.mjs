// Broken means that a proof does not hold; Unusable, that there is nothing here
// that could be verified. Each has a stable code; seq names the first entry
// that does not hold, where there is one.
export class Broken extends Error {
  constructor(code, message, seq = 0) {
    super(message);
    this.code = code;
    this.seq = seq;
  }
}

export class Unusable extends Error {
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}
