// Parses the Adaptive Cards on standard input as version 1.4, and prints what is wrong with each.
const cards = require("adaptivecards/dist/adaptivecards.js");

let text = "";
process.stdin.on("data", (part) => (text += part));
process.stdin.on("end", () => {
  const found = JSON.parse(text).map((json) => {
    const context = new cards.SerializationContext(new cards.Version(1, 4));
    const card = new cards.AdaptiveCard();
    card.parse(json, context);
    const parsing = [...Array(context.eventCount).keys()].map((n) => context.getEventAt(n).message);
    const validating = card.validateProperties().validationEvents.map((event) => event.message);
    return [...parsing, ...validating];
  });
  process.stdout.write(JSON.stringify(found));
});
