/**
 * How Node.js runs the simulator: with room for what a simulated house needs for a moment only. In the
 * usual semi-spaces so much of it is still in use at each collection that these take a tenth of
 * the whole time.
 */
export const simulatorFlags = ["--min-semi-space-size=64", "--max-semi-space-size=64"];
