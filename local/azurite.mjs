// Run before Azurite, in the same process.
import Module from "node:module";

// The pipe to us closes however we end: that counts as a request to end, or ends it at once while it starts.
process.stdin.on("end", () => process.emit("SIGTERM") || process.exit()).resume().unref();

// Telemetry is off, and loading its library would take two thirds of a start.
const load = Module._load;
Module._load = (name, ...rest) => (name === "applicationinsights" ? {} : load(name, ...rest));
