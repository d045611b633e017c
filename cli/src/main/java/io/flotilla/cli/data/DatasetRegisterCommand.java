package io.flotilla.cli.data;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.cli.client.ApiClient;
import io.flotilla.cli.client.ApiPath;
import io.flotilla.cli.codec.Json;
import io.flotilla.cli.console.Api;
import io.flotilla.cli.console.CommandGroup;
import io.flotilla.cli.console.KeyValues;
import io.flotilla.cli.console.KeyValues.Version;
import io.flotilla.cli.console.Moment;
import io.flotilla.cli.console.Reason;
import io.flotilla.cli.console.Terminal;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code flotilla dataset register}. */
@Command(
    name = "register",
    description = {
      "Register the next version of a dataset.",
      "Its rows are those of a CSV, NDJSON or Parquet file, or the labelled ones that devices captured",
      "for a model. The same content again is the same version."
    },
    footer = {
      "Example:",
      "  flotilla dataset register digits-train --file train.csv",
      "  flotilla dataset register digits-field --captured digits:1 --selector 'cohort=drifted-1'"
    })
public final class DatasetRegisterCommand extends CommandGroup implements Callable<Integer> {
  @Mixin private final Api api;

  @Parameters(paramLabel = "NAME", description = "The dataset's name.")
  private String name = "";

  @Option(
      names = "--file",
      paramLabel = "FILE",
      description = "CSV with a header row, NDJSON or Parquet.")
  private @Nullable Path file;

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      description = "csv, ndjson or parquet; default: what the file looks like.")
  private @Nullable String format;

  @Option(names = "--tag", paramLabel = "KEY=VALUE", description = "A tag; repeatable.")
  private @Nullable List<String> tags;

  @Option(names = "--description", paramLabel = "TEXT", description = "What the rows are.")
  private @Nullable String description;

  @Option(
      names = "--captured",
      paramLabel = "MODEL[:VERSION]",
      description = "Take the labelled rows captured for this model instead of a file.")
  private @Nullable String captured;

  @Option(
      names = "--selector",
      paramLabel = "SELECTOR",
      description = "Captured rows of these devices only.")
  private @Nullable String selector;

  @Option(
      names = "--from",
      paramLabel = "TIME",
      description = "Captured rows since then: a date or time in UTC (ISO 8601).")
  private @Nullable String from;

  @Option(names = "--to", paramLabel = "TIME", description = "Captured rows until then.")
  private @Nullable String to;

  @Mixin private final Reason reason = new Reason();

  /** The command on this terminal. */
  public DatasetRegisterCommand(Terminal terminal) {
    super(terminal);
    this.api = new Api(terminal);
  }

  @Override
  public Integer call() {
    if ((file == null) == (captured == null)) {
      throw new FlotillaException(
          ErrorCode.INPUT_INVALID, "give either --file or --captured, to say where rows are from");
    }
    if (file != null && (selector != null || from != null || to != null)) {
      throw new FlotillaException(
          ErrorCode.INPUT_INVALID,
          "--selector, --from and --to choose captured rows, so they need --captured");
    }
    try (ApiClient client = api.open()) {
      Json dataset =
          file != null
              ? client.upload(path().toString(), "application/octet-stream", file)
              : client.post(
                  ApiPath.of("datasets", name, "captured").toString(), reason.in(source()));
      console()
          .show(
              dataset,
              d ->
                  "%s has %s rows, %s"
                      .formatted(DatasetCommand.version(d), d.text("rows"), d.text("digest")));
    }
    return 0;
  }

  private ApiPath path() {
    ApiPath path =
        reason
            .on(ApiPath.of("datasets", name))
            .query("format", Optional.ofNullable(format))
            .query("description", Optional.ofNullable(description));
    for (Map.Entry<String, String> tag : KeyValues.parse(tags).entrySet()) {
      path = path.query("tag", tag.getKey() + "=" + tag.getValue());
    }
    return path;
  }

  private Json source() {
    Json source = Json.object().put("labelledOnly", true);
    String model = captured == null ? "" : captured;
    if (model.contains(":")) {
      Version version = Version.parse(model);
      source.put("model", version.name()).put("version", version.version());
    } else {
      source.put("model", model);
    }
    if (from != null) {
      source.put("fromMs", Moment.parse(from).toEpochMilli());
    }
    if (to != null) {
      source.put("toMs", Moment.parse(to).toEpochMilli());
    }
    return selector == null ? source : source.put("selector", selector);
  }
}
