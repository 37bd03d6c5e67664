/** The one thing that a lean player wants to know of the messages to it, read without decoding the rest. */
const KEY = Buffer.from("comeBackWithinMs");
/** MessagePack's forms of a whole number that is not negative, by their first byte. */
const ONE_BYTE = 0xcc;
const TWO_BYTES = 0xcd;
const MOST_BARE = 0x7f;

/** The milliseconds that a seat message names; undefined where the frame is another one. */
export function comeBackWithinMsIn(frame: Buffer): number | undefined {
  const at = frame.indexOf(KEY);
  if (at === -1) return undefined;
  const value = frame.subarray(at + KEY.length);
  const [form] = value;
  if (form === undefined) return undefined;
  if (form <= MOST_BARE) return form;
  if (form === ONE_BYTE && value.length > 1) return value.readUInt8(1);
  if (form === TWO_BYTES && value.length > 2) return value.readUInt16BE(1);
  return undefined;
}
