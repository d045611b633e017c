package io.flotilla.cli.bundles;

/** Where golden vectors come from, and so what passing them proves. */
public enum GoldenOrigin {
  /** Given by whoever made the model. */
  GIVEN("given with the model; this machine reproduces them"),
  /** The model's own outputs on this machine for rows that were given. */
  OWN_ROWS(
      "self-made: what the model answered on this machine for the rows given; they prove that a"
          + " device computes the same, not that the model is right"),
  /** The model's own outputs on this machine for made-up inputs. */
  MADE_UP(
      "self-made: what the model answered on this machine for made-up inputs; they prove that a"
          + " device computes the same, not that the model is right");

  private final String meaning;

  GoldenOrigin(String meaning) {
    this.meaning = meaning;
  }

  /** In words. */
  public String meaning() {
    return meaning;
  }
}
