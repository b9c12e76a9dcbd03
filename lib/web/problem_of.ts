import type { Problem } from "./request_error.ts";

/** The server did not answer at all. */
export const NETWORK_PROBLEM: Problem = {
  code: "network",
  message: "The server cannot be reached",
  hint: "Check that it is still running, then try again.",
};

/** What an API route's answer with an error status tells. */
export async function problemOf(response: Response): Promise<Problem> {
  try {
    return (await response.json()).error as Problem;
  } catch {
    return {
      code: "internal",
      message: `The server answered with status ${response.status}`,
    };
  }
}
