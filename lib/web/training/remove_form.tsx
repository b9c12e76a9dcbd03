/** Removes a run, after a second press: what it made cannot be got back. */
export function RemoveForm(
  { id, onRemove }: { id: string; onRemove: () => void },
) {
  return (
    <details class="card fold">
      <summary>Delete this run</summary>
      <form
        class="fold-body"
        method="post"
        action={`/train/${id}`}
        onSubmit={(event) => {
          event.preventDefault();
          onRemove();
        }}
      >
        <p class="help">
          Its checkpoints, its log and the model that it made are removed from
          the disk.
        </p>
        <button
          class="button button-danger"
          type="submit"
          name="action"
          value="delete"
        >
          Delete for good
        </button>
      </form>
    </details>
  );
}
