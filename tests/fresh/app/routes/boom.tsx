export default function Boom(): never {
  throw new Error("this page always fails");
}
