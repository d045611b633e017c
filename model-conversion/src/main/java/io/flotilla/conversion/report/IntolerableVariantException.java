package io.flotilla.conversion.report;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import java.util.List;
import java.util.stream.Collectors;

/** A variant is further from its original than allowed; carries the figures. */
public final class IntolerableVariantException extends FlotillaException {
  private static final long serialVersionUID = 1L;

  private final transient VariantReport report;
  private final transient List<Excess> excesses;

  IntolerableVariantException(VariantReport report, List<Excess> excesses) {
    super(
        ErrorCode.CONVERSION_INTOLERABLE,
        "the %s variant is beyond tolerance: %s; allow more, give real rows, or leave the model as it is"
            .formatted(
                report.kind().label(),
                excesses.stream().map(Excess::describe).collect(Collectors.joining("; "))));
    this.report = report;
    this.excesses = List.copyOf(excesses);
  }

  /** The whole report of the refused variant. */
  public VariantReport report() {
    return report;
  }

  /** What was beyond its bound; at least one. */
  public List<Excess> excesses() {
    return excesses;
  }
}
