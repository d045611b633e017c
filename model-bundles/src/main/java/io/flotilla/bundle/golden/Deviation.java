package io.flotilla.bundle.golden;

import io.flotilla.bundle.failure.Printable;

/** The first thing about actual outputs that a golden case does not accept. */
public sealed interface Deviation {
  /** Name of the golden case. */
  String goldenCase();

  /** Name of the output. */
  String output();

  /** One sentence with the numbers, for people. */
  String describe();

  /**
   * An expected output is not there.
   *
   * @param goldenCase name of the golden case
   * @param output name of the output
   */
  record MissingOutput(String goldenCase, String output) implements Deviation {
    @Override
    public String describe() {
      return "golden case %s: the output %s is missing"
          .formatted(Printable.of(goldenCase), Printable.of(output));
    }
  }

  /**
   * An output has another type or shape.
   *
   * @param goldenCase name of the golden case
   * @param output name of the output
   * @param expected type and shape, for people
   * @param actual type and shape, for people
   */
  record OtherForm(String goldenCase, String output, String expected, String actual)
      implements Deviation {
    @Override
    public String describe() {
      return "golden case %s: the output %s is %s instead of %s"
          .formatted(Printable.of(goldenCase), Printable.of(output), actual, expected);
    }
  }

  /**
   * A value is beyond its tolerance.
   *
   * @param goldenCase name of the golden case
   * @param output name of the output
   * @param index row-major index of the value
   * @param expected the golden value
   * @param actual what the model gave
   * @param allowed largest absolute difference allowed here
   */
  record OtherValue(
      String goldenCase, String output, int index, double expected, double actual, double allowed)
      implements Deviation {
    @Override
    public String describe() {
      return "golden case %s: %s[%d] is %s instead of %s, more than %s apart"
          .formatted(
              Printable.of(goldenCase), Printable.of(output), index, actual, expected, allowed);
    }
  }
}
