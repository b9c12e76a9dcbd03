import { piped } from "./piped.ts";

/** What a library for a Mac says of itself. */
export interface MacLibrary {
  /** The name by which programs ask for it. */
  installName: string;
  /** The oldest system that loads it, such as `macos 12.3`. */
  system: string;
  /** The libraries that it loads, by their install names. */
  libraries: string[];
  /** The names that it gives to others, as C knows them. */
  exports: string[];
  /** What it takes from others → the last part of the library's name. */
  imports: Map<string, string>;
  /** Its own names that others do not see → where they are. */
  hidden: Map<string, bigint>;
}

/** The system that a library for macOS names. */
const PLATFORMS: Record<string, string> = { "1": "macos" };

/** Reads a library for a Mac, with LLVM's tools. */
export async function readMacLibrary(path: string): Promise<MacLibrary> {
  const commands = loadCommands(await tool("llvm-otool-19", ["-l", path]));
  const namesOf = (command: string) =>
    commands.filter(({ cmd }) => cmd === command)
      .map(({ name = "" }) => name.replace(/ \(offset \d+\)$/, ""));
  const build = commands.find(({ cmd }) => cmd === "LC_BUILD_VERSION");
  const platform = build?.platform ?? "";
  const symbols = await tool("llvm-nm-19", ["-m", path]);
  return {
    installName: namesOf("LC_ID_DYLIB").join(),
    system: `${PLATFORMS[platform] ?? platform} ${build?.minos}`,
    libraries: namesOf("LC_LOAD_DYLIB").sort(),
    exports: [...symbols.matchAll(/^\w+ \(.*\) (?:weak )?external _(\S+)$/gm)]
      .map(([, name = ""]) => name).sort(),
    imports: new Map(
      [...symbols.matchAll(/ \(undefined\) .*external (\S+) \((.*)\)$/gm)]
        .map(([, name = "", from = ""]) => [name, from.replace("from ", "")]),
    ),
    hidden: new Map(
      [...symbols.matchAll(/^(\w+) \(.*\) non-external (?:\(.*\) )?(\S+)$/gm)]
        .map(([, place, name = ""]) => [name, BigInt(`0x${place}`)]),
    ),
  };
}

/** The fields of each load command; of several of a name the last. */
function loadCommands(text: string): Record<string, string>[] {
  return text.split(/^Load command \d+$/m).slice(1).map((command) =>
    Object.fromEntries(
      [...command.matchAll(/^ *(\w+) (.*)$/gm)]
        .map(([, key = "", value = ""]) => [key, value.trim()]),
    )
  );
}

async function tool(program: string, args: string[]): Promise<string> {
  const { code, stdout, stderr } = await piped(program, args, "");
  if (code !== 0) throw new Error(`${program} failed: ${stderr}`);
  return stdout;
}
