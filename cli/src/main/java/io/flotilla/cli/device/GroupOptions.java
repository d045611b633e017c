package io.flotilla.cli.device;

import io.flotilla.cli.codec.Json;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What a group shall be. */
final class GroupOptions {
  @Parameters(index = "0", paramLabel = "NAME")
  private String name = "";

  @Parameters(index = "1", paramLabel = "SELECTOR")
  private String selector = "";

  @Option(
      names = "--description",
      paramLabel = "TEXT",
      defaultValue = "",
      description = "What the group is for.")
  private String description = "";

  String name() {
    return name;
  }

  /** The API's form of it. */
  Json body() {
    return Json.object().put("selector", selector).put("description", description);
  }
}
