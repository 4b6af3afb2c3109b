/** The largest of some numbers, chosen so that two engines choose alike. It does not know what the numbers measure. */

/** Places of the `limit` largest among `valueAt(first .. last - 1)`, rising; of equals the first. */
export function largestPlaces(valueAt: (place: number) => number, first: number, last: number, limit: number): number[] {
  const places: number[] = [];
  const values: number[] = []; // of `places`, falling
  for (let place = first; place < last; place++) {
    const value = valueAt(place);
    if (places.length === limit) {
      if (!(value > values[limit - 1]!)) continue;
      places.pop();
      values.pop();
    }
    let at = values.length;
    while (at > 0 && values[at - 1]! < value) at--;
    values.splice(at, 0, value);
    places.splice(at, 0, place);
  }
  return places.sort((left, right) => left - right);
}
