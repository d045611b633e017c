package io.flotilla.cli.device;

import io.flotilla.cli.codec.Json;
import io.flotilla.cli.console.KeyValues;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Which labels of which device are to be set and removed. */
final class LabelOptions {
  @Parameters(index = "0", paramLabel = "DEVICE", description = "The device's id.")
  private String device = "";

  @Parameters(
      index = "1..*",
      arity = "0..*",
      paramLabel = "KEY=VALUE",
      description = "Labels to set.")
  private @Nullable List<String> set;

  @Option(
      names = "--remove",
      paramLabel = "KEY",
      arity = "1",
      description = "A label to remove; repeatable.")
  private @Nullable List<String> remove;

  /** The device's id. */
  String device() {
    return device;
  }

  /** The labels as the API takes them. */
  Json body() {
    return Json.object()
        .put("set", KeyValues.parse(set))
        .put("remove", remove == null ? List.of() : remove);
  }
}
