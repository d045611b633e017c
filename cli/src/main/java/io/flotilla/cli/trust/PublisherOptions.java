package io.flotilla.cli.trust;

import java.util.List;
import picocli.CommandLine.Option;

/** Who may publish what. */
final class PublisherOptions {
  @Option(
      names = "--publisher",
      required = true,
      paramLabel = "NAME",
      description = "Name of the publisher.")
  private String name = "";

  @Option(
      names = "--models",
      required = true,
      split = ",",
      paramLabel = "PATTERN",
      description = "Models it may publish: names, or beginnings such as 'vision-*'.")
  private List<String> models = List.of();

  String name() {
    return name;
  }

  List<String> models() {
    return models;
  }
}
