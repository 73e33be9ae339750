// A program: parses M, given as {name: text} on stdin; prints {name: message} of what is no M.
const { readFileSync } = require("node:fs");
const { DefaultSettings, TaskUtils } = require("@microsoft/powerquery-parser");

async function main() {
  const errors = {};
  for (const [name, text] of Object.entries(JSON.parse(readFileSync(0, "utf8")))) {
    const task = await TaskUtils.tryLexParse(DefaultSettings, text);
    if (!TaskUtils.isParseStageOk(task)) errors[name] = String(task.error?.message);
  }
  console.log(JSON.stringify(errors));
}

main();
