// The functions that Rust lends, taken out of reach of the scripts.
export const native = globalThis.parlorNative;
delete globalThis.parlorNative;
