/** An island of its own, and inside Counter an ordinary component. */
export default function Label({ text }: { text: string }) {
  return <b>{text}</b>;
}
