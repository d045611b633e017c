package io.flotilla.cli.models;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.manifest.Manifest;
import io.flotilla.bundle.signing.BundleSigner;
import io.flotilla.bundle.signing.BundleVerifier;
import io.flotilla.bundle.signing.SigningKey;
import io.flotilla.cli.bundles.Folders;
import io.flotilla.cli.bundles.OpenBundle;
import io.flotilla.cli.client.ApiClient;
import io.flotilla.cli.client.ApiPath;
import io.flotilla.cli.codec.Json;
import io.flotilla.cli.console.Api;
import io.flotilla.cli.console.CommandGroup;
import io.flotilla.cli.console.Reason;
import io.flotilla.cli.console.Table;
import io.flotilla.cli.console.Terminal;
import io.flotilla.conversion.codec.ConversionJson;
import io.flotilla.conversion.report.OutputDifference;
import io.flotilla.conversion.report.VariantReport;
import io.flotilla.conversion.variant.VariantKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code flotilla model convert}. */
@Command(
    name = "convert",
    description = {
      "Add a smaller or faster variant to a bundle, measured against the original.",
      "fp16 halves the weights; int8-dynamic computes products in 8 bits; int8-weights stores"
          + " weights",
      "in 8 bits. A variant beyond tolerance is refused. The result is a new bundle: kept with"
          + " --out,",
      "or signed and registered as the next version with --publisher-key. Of a registered version"
          + " the",
      "controller keeps the report, of refusals too."
    },
    footer = {
      "Example:",
      "  flotilla model convert digits:1 --to int8-dynamic --rows holdout.csv \\",
      "    --publisher-key trust/keys/lab-key.pem",
      "  flotilla model convert digits.tar --to fp16 --out digits-fp16.tar"
    })
public final class ModelConvertCommand extends CommandGroup implements Callable<Integer> {
  @Mixin private final Api api;

  @Parameters(
      paramLabel = "SOURCE",
      description = "A registered version such as digits:3 or digits@champion, or a bundle.")
  private String source = "";

  @Option(
      names = "--to",
      required = true,
      paramLabel = "KIND",
      description = "fp16, int8-dynamic or int8-weights.")
  private String to = "";

  @Mixin private final SampleOptions samples = new SampleOptions();

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "Keep the new bundle as this archive.")
  private @Nullable Path out;

  @Option(
      names = "--publisher-key",
      paramLabel = "FILE",
      description = "Sign the new bundle with this key; without --out register it.")
  private @Nullable Path publisherKey;

  @Mixin private final Reason reason = new Reason();

  /** The command on this terminal. */
  public ModelConvertCommand(Terminal terminal) {
    super(terminal);
    this.api = new Api(terminal);
  }

  @Override
  public Integer call() throws IOException {
    VariantKind kind = kind(to);
    if (out == null && publisherKey == null) {
      throw invalid("give --out to keep the bundle, or --publisher-key to register it");
    }
    if (out != null && Files.exists(out)) {
      throw new FlotillaException(
          ErrorCode.CONFLICT, out + " exists already and is not overwritten");
    }
    Path work = Files.createTempDirectory("flotilla-convert-");
    try {
      RegisteredBundle found = RegisteredBundle.find(source, api, work.resolve("source.tar"));
      Path directory = work.resolve("bundle");
      VariantReport report = convert(found, kind, directory);
      if (publisherKey != null) {
        BundleSigner.sign(directory, SigningKey.load(publisherKey));
      }
      Path archive = work.resolve("bundle.tar");
      OpenBundle.pack(directory, archive);
      Optional<Json> registered = Optional.empty();
      if (out != null) {
        Files.move(archive, out);
      } else {
        registered = Optional.of(register(archive, directory, found, kind));
      }
      report(report, registered);
      record(found, kind, Optional.of(report), registered, Optional.empty());
    } finally {
      Folders.delete(work);
    }
    return 0;
  }

  private VariantReport convert(RegisteredBundle found, VariantKind kind, Path directory)
      throws IOException {
    try (OpenBundle open = OpenBundle.open(found.path())) {
      return new VariantBundle(open.directory(), directory, samples).add(kind);
    } catch (FlotillaException e) {
      try {
        record(found, kind, Optional.empty(), Optional.empty(), Optional.of(e));
      } catch (FlotillaException untold) {
        e.addSuppressed(untold);
      }
      throw e;
    }
  }

  private Json register(Path archive, Path directory, RegisteredBundle found, VariantKind kind) {
    Manifest manifest = BundleVerifier.inspect(directory).manifest();
    String of = found.version().map(Object::toString).orElse("a bundle");
    ApiPath path =
        ApiPath.of("models", manifest.name(), "versions")
            .query(
                "reason", reason.text().orElse("the variant %s of %s".formatted(kind.label(), of)));
    try (ApiClient client = api.open()) {
      if (found.version().isPresent()) {
        path = inherited(path, client.get(VersionName.path(found.version().get()).toString()));
      }
      return client.upload(path.toString(), "application/octet-stream", archive);
    }
  }

  /** What was said of the original holds of a version that differs in a variant only. */
  private static ApiPath inherited(ApiPath path, Json original) {
    ApiPath with = path;
    for (String key : List.of("description", "environment")) {
      with = with.query(key, Optional.of(original.text(key)).filter(text -> !text.isEmpty()));
    }
    Json tags = original.get("tags");
    for (String tag : tags.names()) {
      with = with.query("tag", tag + "=" + tags.text(tag));
    }
    for (Json link : original.get("datasets").items()) {
      with = with.query("dataset", link.text("use") + "=" + link.text("dataset"));
    }
    return with;
  }

  /** Tells the controller what came of converting one of its versions. */
  private void record(
      RegisteredBundle found,
      VariantKind kind,
      Optional<VariantReport> report,
      Optional<Json> registered,
      Optional<FlotillaException> failure) {
    if (found.version().isEmpty()) {
      return;
    }
    Json body =
        Json.object()
            .put("kind", kind.label())
            .put("succeeded", report.isPresent())
            .put(
                "report",
                report.map(r -> Json.parse(ConversionJson.encode(r)).withoutNulls()).orElse(null))
            .put("result", registered.map(ModelText::name).orElse(null))
            .put("failure", failure.map(ConversionFailure::of).orElse(null));
    try (ApiClient client = api.open()) {
      client.post(
          VersionName.path(found.version().get(), "conversions").toString(), reason.in(body));
    }
  }

  private void report(VariantReport report, Optional<Json> registered) {
    Json json =
        Json.object()
            .put("report", Json.parse(ConversionJson.encode(report)))
            .put("out", out == null ? null : out.toString())
            .put("registered", registered.map(ModelText::name).orElse(null));
    console().show(json, j -> describe(report));
    if (out != null) {
      console().say("wrote " + out + (publisherKey == null ? ", unsigned" : ", signed"));
    }
    registered.ifPresent(version -> console().say("registered " + ModelText.name(version)));
  }

  private static String describe(VariantReport report) {
    Table table = new Table("FIGURE", "ORIGINAL", "VARIANT");
    table.row(
        "size",
        "%.0f bytes".formatted(report.sizeBytes().before()),
        "%.0f bytes".formatted(report.sizeBytes().after()));
    table.row(
        "p50 latency",
        "%.1f us".formatted(report.p50Micros().before()),
        "%.1f us".formatted(report.p50Micros().after()));
    report
        .accuracy()
        .ifPresent(
            a -> table.row("accuracy", "%.4f".formatted(a.before()), "%.4f".formatted(a.after())));
    for (OutputDifference output : report.outputs()) {
      table.row(
          "difference of " + output.output(),
          "largest %.4g".formatted(output.difference().maxAbsolute()),
          "mean %.4g".formatted(output.difference().meanAbsolute()));
    }
    String on =
        report.samples().randomSeed().isPresent()
            ? "%d random rows, which say little about real data".formatted(report.samples().rows())
            : "%d rows".formatted(report.samples().rows());
    return table + "\ncompared on " + on;
  }

  private static VariantKind kind(String label) {
    return Arrays.stream(VariantKind.values())
        .filter(kind -> kind.label().equals(label.toLowerCase(Locale.ROOT)))
        .findFirst()
        .orElseThrow(
            () ->
                invalid(
                    "there is no kind %s: use %s"
                        .formatted(
                            label,
                            Arrays.stream(VariantKind.values())
                                .map(VariantKind::label)
                                .collect(Collectors.joining(", ")))));
  }

  private static FlotillaException invalid(String message) {
    return new FlotillaException(ErrorCode.INPUT_INVALID, message);
  }
}
