package io.flotilla.cli.models;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.cli.client.ApiClient;
import io.flotilla.cli.client.ApiPath;
import io.flotilla.cli.codec.Json;
import io.flotilla.cli.console.Api;
import io.flotilla.cli.console.CommandGroup;
import io.flotilla.cli.console.KeyValues;
import io.flotilla.cli.console.Reason;
import io.flotilla.cli.console.Terminal;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code flotilla model tag}. */
@Command(
    name = "tag",
    description = {
      "Set or remove tags and metrics of a version, or tags and description of a model.",
      "A model is named alone, a version as digits:3 or digits@champion."
    },
    footer = {
      "Example:",
      "  flotilla model tag digits:3 team=vision --metric accuracy=0.94 --remove draft",
      "  flotilla model tag digits --description 'handwritten digits'"
    })
public final class ModelTagCommand extends CommandGroup implements Callable<Integer> {
  @Mixin private final Api api;

  @Parameters(paramLabel = "MODEL[:VERSION|@ALIAS]", index = "0")
  private String target = "";

  @Parameters(paramLabel = "KEY=VALUE", index = "1..*", description = "Tags to set.")
  private @Nullable List<String> tags;

  @Option(names = "--remove", paramLabel = "KEY", description = "A tag to remove; repeatable.")
  private @Nullable List<String> remove;

  @Option(
      names = "--metric",
      paramLabel = "NAME=NUMBER",
      description = "A metric to set; repeatable.")
  private @Nullable List<String> metrics;

  @Option(
      names = "--remove-metric",
      paramLabel = "NAME",
      description = "A metric to remove; repeatable.")
  private @Nullable List<String> removeMetrics;

  @Option(names = "--description", paramLabel = "TEXT", description = "The description of a model.")
  private @Nullable String description;

  @Mixin private final Reason reason = new Reason();

  /** The command on this terminal. */
  public ModelTagCommand(Terminal terminal) {
    super(terminal);
    this.api = new Api(terminal);
  }

  @Override
  public Integer call() {
    boolean version = target.contains(":") || target.contains("@");
    if (version == (description != null) && description != null) {
      throw invalid("a description is of a model: name it without a version");
    }
    if (!version && (metrics != null || removeMetrics != null)) {
      throw invalid("metrics are of a version: name one, as in digits:3");
    }
    Json change = Json.object();
    change.put("tags", changes(tagged(), remove));
    if (metrics != null || removeMetrics != null) {
      change.put("metrics", changes(numbers(), removeMetrics));
    }
    if (description != null) {
      change.put("description", description);
    }
    try (ApiClient client = api.open()) {
      ApiPath path =
          version
              ? VersionName.path(VersionName.resolve(client, target))
              : ApiPath.of("models", target);
      console()
          .show(
              client.patch(path.toString(), reason.in(change)),
              now ->
                  "%s: tags %s; metrics %s"
                      .formatted(
                          target,
                          text(KeyValues.text(now.get("tags"))),
                          text(KeyValues.text(now.get("metrics")))));
    }
    return 0;
  }

  private static Json changes(Json set, @Nullable List<String> remove) {
    return Json.object().put("set", set).put("remove", remove == null ? List.of() : remove);
  }

  private Json tagged() {
    Json set = Json.object();
    KeyValues.parse(tags).forEach(set::put);
    return set;
  }

  private Json numbers() {
    Json set = Json.object();
    for (Map.Entry<String, String> metric : KeyValues.parse(metrics).entrySet()) {
      try {
        set.put(metric.getKey(), Double.parseDouble(metric.getValue()));
      } catch (NumberFormatException e) {
        throw new FlotillaException(
            ErrorCode.INPUT_INVALID,
            "the metric %s is not a number: %s".formatted(metric.getKey(), metric.getValue()),
            e);
      }
    }
    return set;
  }

  private static String text(String list) {
    return list.isEmpty() ? "none" : list;
  }

  private static FlotillaException invalid(String message) {
    return new FlotillaException(ErrorCode.INPUT_INVALID, message);
  }
}
