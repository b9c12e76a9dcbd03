import type { PlacedProblem } from "./models_watch.ts";

/** The problem, if it belongs here. */
export function ProblemAlert(
  { problem, place }: { problem: PlacedProblem | undefined; place: string },
) {
  if (problem?.place !== place) return null;
  const { message, hint } = problem.problem;
  return (
    <div class="alert" role="alert">
      <strong>{message}</strong>
      {hint !== undefined && <span>{hint}</span>}
    </div>
  );
}
