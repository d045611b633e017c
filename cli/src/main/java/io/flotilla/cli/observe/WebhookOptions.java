package io.flotilla.cli.observe;

import io.flotilla.cli.codec.Json;
import java.util.List;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What a webhook shall be. */
final class WebhookOptions {
  @Parameters(index = "0", paramLabel = "NAME")
  private String name = "";

  @Parameters(
      index = "1",
      paramLabel = "URL",
      description =
          "Where events are posted: https, http on the controller's machine, or mailto: with up to"
              + " 10 addresses.")
  private String url = "";

  @Option(
      names = "--type",
      paramLabel = "TYPE",
      description =
          "What wanted types begin with, such as io.flotilla.rollout; all where left out. May be"
              + " given several times.")
  private List<String> types = List.of();

  String name() {
    return name;
  }

  /** The API's form of it. */
  Json body() {
    Json list = Json.array();
    types.forEach(list::add);
    return Json.object().put("url", url).put("types", list);
  }
}
