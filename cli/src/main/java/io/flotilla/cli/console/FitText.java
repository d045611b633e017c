package io.flotilla.cli.console;

import io.flotilla.cli.codec.Json;
import java.util.stream.Collectors;

/** Which devices can run something, and why others cannot. */
public final class FitText {
  private FitText() {}

  /** A table with a row per device. */
  public static String of(Json answer) {
    Table table = new Table("DEVICE", "FITS", "WHY NOT");
    answer.get("fit").items().forEach(device -> table.row(device.asText(), "yes", ""));
    for (Json unfit : answer.get("unfit").items()) {
      String reasons =
          unfit.get("reasons").items().stream()
              .map(reason -> reason.text("message"))
              .collect(Collectors.joining("; "));
      table.row(unfit.text("device"), "no", reasons);
    }
    return table.isEmpty() ? "no device matches" : table.toString();
  }
}
