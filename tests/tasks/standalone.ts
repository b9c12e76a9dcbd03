import { assertEquals, assertMatch } from "@std/assert";

/** Whether a program can be run without any network but the loopback. */
const UNSHARE = await (async () => {
  try {
    const args = ["-rn", "true"];
    return (await new Deno.Command("unshare", { args }).output()).success;
  } catch {
    return false;
  }
})();

/** What a test's name says of it. */
export const WHERE = UNSHARE ? ", without network" : "";

/**
 * Checks that a command runs a model, serves the pages and generates: from
 * another working directory, with an empty home and, where the system lets
 * us, with no network but the loopback.
 *
 * @param command the executable
 * @param folder an empty folder to use
 */
export async function checkStandalone(command: string, folder: string) {
  await Deno.mkdir(`${folder}/home`);
  await Deno.writeTextFile(`${folder}/check.sh`, CHECK);
  await Deno.writeTextFile(`${folder}/client.js`, CLIENT);
  const check = ["sh", `${folder}/check.sh`, command];
  const [program = "", ...args] = UNSHARE
    ? ["unshare", "-rn", ...check]
    : check;
  const printed = await run(folder, program, args);
  assertMatch(printed, /^fresh-mamba \d+\.\d+/m);
  assertMatch(printed, /^page 200 islands true$/m);
  assertMatch(printed, /^event: done$/m);
  assertMatch(printed, /^run 0$/m);
  assertMatch(printed, /^served 0$/m);
}

/** Tries everything with the command that it is given. */
const CHECK = `
set -u
command=$1
ip link set lo up 2>/dev/null || true
"$command" --version
"$command" run fairy-mamba2 "Once upon" --max-tokens 3 --json
echo "run $?"
PORT=0 "$command" serve > "$HOME/address" &
server=$!
tries=0
until grep -q http "$HOME/address"; do
  tries=$((tries + 1))
  if [ $tries -gt 900 ]; then exit 1; fi
  sleep 0.1
done
url=$(sed -n 's/.*\\(http[^ ]*\\).*/\\1/p' "$HOME/address")
"$DENO" run --no-config --allow-net "$CLIENT" "$url"
kill -TERM $server
wait $server
echo "served $?"
`;

const CLIENT = `
const [url] = Deno.args;
const page = await fetch(url);
const address = /src="(\\/assets[^"]+)"|from"(\\/assets[^"]+)"/
  .exec((await page.text()).replaceAll(" ", ""))?.slice(1).find(Boolean);
const script = await fetch(new URL(address ?? "/none", url));
await script.body?.cancel();
console.log("page", page.status, "islands", script.ok);
const answer = await fetch(new URL("api/generate", url), {
  method: "POST",
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ prompt: "Once", maxTokens: 3 }),
});
console.log(await answer.text());
`;

/** Runs a program with an empty home elsewhere; returns what it printed. */
async function run(
  folder: string,
  program: string,
  args: string[],
): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(program, {
    args,
    cwd: "/",
    clearEnv: true,
    env: {
      PATH: "/usr/sbin:/usr/bin:/sbin:/bin",
      HOME: `${folder}/home`,
      DENO: Deno.execPath(),
      CLIENT: `${folder}/client.js`,
    },
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  const printed = decoder.decode(stdout);
  assertEquals(code, 0, printed + decoder.decode(stderr));
  return printed;
}
