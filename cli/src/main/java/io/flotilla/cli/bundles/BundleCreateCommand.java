package io.flotilla.cli.bundles;

import io.flotilla.bundle.archive.BundleArchive;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.cli.codec.Json;
import io.flotilla.cli.console.CommandGroup;
import io.flotilla.cli.console.Terminal;
import io.flotilla.hardware.onnx.OnnxAccelerators;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code flotilla bundle create}. */
@Command(
    name = "create",
    description = {
      "Make an unsigned bundle of an ONNX file, of a folder of them, or as a bundle.yaml says.",
      "Inspects it, runs it once, writes the manifest and golden vectors. Without golden vectors of",
      "yours they are the model's own answers here. In a folder each .onnx file is a variant;",
      "assets/, hooks/ and tests/golden.cbor beside them go along."
    },
    footer = {
      "Example:",
      "  flotilla bundle create model.onnx --name digits --golden-from-csv rows.csv \\",
      "    --categories 0,1,2,3,4,5,6,7,8,9 --out digits.tar"
    })
public final class BundleCreateCommand extends CommandGroup implements Callable<Integer> {
  @Parameters(
      paramLabel = "SOURCE",
      description = "An ONNX file, a folder of them, or a bundle.yaml.")
  private Path source = Path.of("");

  @Mixin private final ModelOptions model = new ModelOptions();

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR|FILE",
      description = "A new folder, or a new archive if the name ends in .tar.")
  private Path out = Path.of("");

  /** The command on this terminal. */
  public BundleCreateCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  public Integer call() throws IOException {
    if (Files.exists(out)) {
      throw new FlotillaException(
          ErrorCode.CONFLICT, out + " exists already and is not overwritten");
    }
    Path parent = Path.of(String.valueOf(out.toAbsolutePath().getParent()));
    Files.createDirectories(parent);
    Path work = Files.createTempDirectory(parent, ".making-");
    try {
      Path directory = work.resolve("bundle");
      MadeBundle made =
          new BundleMaker(OnnxAccelerators.cpu())
              .make(model.draft(ModelSource.of(source)), directory);
      if (String.valueOf(out.getFileName()).endsWith(".tar")) {
        BundleArchive.pack(directory, out);
      } else {
        Files.move(directory, out);
      }
      report(made);
    } finally {
      Folders.delete(work);
    }
    return 0;
  }

  private void report(MadeBundle made) {
    Json json =
        Json.object()
            .put("bundle", out.toString())
            .put("name", made.manifest().name())
            .put("goldenCases", made.goldenCases())
            .put("goldenOrigin", made.goldenOrigin().name());
    console().json(json);
    console().say("wrote %s, unsigned, of model %s".formatted(out, made.manifest().name()));
    console()
        .say("%d golden cases, %s".formatted(made.goldenCases(), made.goldenOrigin().meaning()));
    console().say("sign it with 'flotilla bundle sign --key KEY " + out + "'");
  }
}
