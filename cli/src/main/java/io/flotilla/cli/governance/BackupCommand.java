package io.flotilla.cli.governance;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.cli.client.ApiClient;
import io.flotilla.cli.client.ApiPath;
import io.flotilla.cli.codec.Json;
import io.flotilla.cli.console.Api;
import io.flotilla.cli.console.CommandGroup;
import io.flotilla.cli.console.Console;
import io.flotilla.cli.console.Reason;
import io.flotilla.cli.console.Terminal;
import io.flotilla.registry.backup.BackupManifest;
import io.flotilla.registry.backup.BackupReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code flotilla backup}: everything a controller keeps, in one file. */
@Command(
    name = "backup",
    description = "Everything a controller keeps, in one file: records, models, data and keys.",
    footer = {"Example:", "  flotilla backup create --out monday.tar"})
public final class BackupCommand extends CommandGroup {
  /** The group on this terminal. */
  public BackupCommand(Terminal terminal) {
    super(terminal);
  }

  @Command(
      name = "create",
      description = {
        "Back a running controller up into a file.",
        "Work goes on meanwhile; the file holds one moment. It holds private keys as well, so it is",
        "made readable by you alone: keep it so."
      },
      footer = {"Example:", "  flotilla backup create --out monday.tar"})
  int create(
      @Mixin Console console,
      @Mixin Api api,
      @Option(names = "--out", required = true, paramLabel = "FILE", description = "A new file.")
          Path out,
      @Mixin Reason reason)
      throws IOException {
    if (Files.exists(out)) {
      throw new FlotillaException(
          ErrorCode.CONFLICT, out + " exists already and is not overwritten");
    }
    BackupManifest manifest;
    try (ApiClient client = api.open()) {
      client.download(reason.on(ApiPath.of("backup")).toString(), "application/x-tar", out);
      Files.setPosixFilePermissions(out, PosixFilePermissions.fromString("rw-------"));
      manifest = BackupReader.verify(out);
    } catch (FlotillaException e) {
      if (e.code() == ErrorCode.BACKUP_INVALID) {
        Files.deleteIfExists(out); // the stream broke: half a backup is none
      }
      throw e;
    }
    console.show(json(out, manifest), j -> "wrote and verified " + text(j));
    return 0;
  }

  @Command(
      name = "verify",
      description = "Verify every file in a backup, without a controller.",
      footer = {"Example:", "  flotilla backup verify monday.tar"})
  int verify(@Mixin Console console, @Parameters(paramLabel = "FILE") Path file) {
    console.show(json(file, BackupReader.verify(file)), j -> "intact: " + text(j));
    return 0;
  }

  @Command(
      name = "restore",
      description = {
        "Restore a backup into a new folder, for a controller to be started on.",
        "Neither needs nor stops the controller that runs; start only one of the two afterwards.",
        "'audit verify' with the head printed here proves that nothing is missing."
      },
      footer = {
        "Example:",
        "  flotilla backup restore monday.tar --data flotilla-data/restored",
        "  flotilla controller --data flotilla-data/restored --trust trust"
      })
  int restore(
      @Mixin Console console,
      @Parameters(paramLabel = "FILE") Path file,
      @Option(
              names = "--data",
              required = true,
              paramLabel = "DIR",
              description = "A new or empty folder.")
          Path data) {
    BackupManifest manifest = BackupReader.restore(file, data);
    console.show(
        json(data, manifest),
        j -> "restored into " + text(j) + "; audit head " + j.text("auditHead"));
    return 0;
  }

  private static Json json(Path path, BackupManifest manifest) {
    return Json.object()
        .put("path", path.toString())
        .put("atMs", manifest.atMs())
        .put("files", manifest.files())
        .put("bytes", manifest.bytes())
        .put("auditHead", manifest.head().sequence() + ":" + manifest.head().hash());
  }

  private static String text(Json backup) {
    return "%s: %s files, %s bytes, of %s"
        .formatted(
            backup.text("path"),
            backup.text("files"),
            backup.text("bytes"),
            Instant.ofEpochMilli(backup.get("atMs").asLong()));
  }
}
