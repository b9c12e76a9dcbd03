import { environment, hubTokenFile } from "../config.ts";

/**
 * The user's token: `HF_TOKEN`, or what `hf auth login` has left. It is sent
 * to the hub and shown to nobody.
 */
export async function hubToken(): Promise<string | undefined> {
  const given = environment("HF_TOKEN")?.trim();
  if (given !== undefined && given !== "") return given;
  try {
    const token = (await Deno.readTextFile(hubTokenFile())).trim();
    return token === "" ? undefined : token;
  } catch {
    // Nobody has logged in, or the file is not for this program.
    return undefined;
  }
}
