package io.flotilla.controller.custody;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.controller.core.DecisionLoop;
import io.flotilla.controller.core.Reason;
import io.flotilla.controller.event.EventLog;
import io.flotilla.controller.event.FleetEvent;
import io.flotilla.controller.http.HandlerTools;
import io.flotilla.controller.http.Lane;
import io.flotilla.controller.http.Routes;
import io.flotilla.registry.audit.AuditAction;
import io.flotilla.registry.backup.BackupManifest;
import io.flotilla.registry.backup.BackupWriter;
import io.flotilla.registry.blob.BlobCollector.Collected;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Collects blobs that nothing needs, and writes backups. A backup holds the records, the blobs and
 * the folder {@code pki} with all private keys: it is as secret as they are.
 */
public final class StorageRoutes implements Routes {
  private static final String PKI = "pki";

  private final DecisionLoop core;
  private final EventLog events;
  private final Upkeep upkeep;
  private final BackupWriter backups;
  private final Path data;

  /**
   * Routes over these stores.
   *
   * @param data the controller's folder
   */
  public StorageRoutes(
      DecisionLoop core, EventLog events, Upkeep upkeep, BackupWriter backups, Path data) {
    this.core = core;
    this.events = events;
    this.upkeep = upkeep;
    this.backups = backups;
    this.data = data;
  }

  @Override
  public void mount(Router api, HandlerTools tools) {
    tools
        .accepting(api.post("/blobs/collect"), Reason.NAME)
        .handler(
            ctx -> {
              Reason reason = Reason.of(tools.query(ctx, Reason.NAME));
              tools.withMoreTime(ctx);
              tools.handleAsync(ctx, tools.blocking(Lane.LENGTHY, () -> collect(reason)));
            });
    tools
        .accepting(api.get("/backup"), Reason.NAME)
        .handler(
            ctx -> {
              Reason reason = Reason.of(tools.query(ctx, Reason.NAME));
              tools.handleStream(
                  ctx, Lane.LENGTHY, "application/x-tar", body -> backUp(body, reason));
            });
  }

  private Collected collect(Reason reason) {
    Collected collected = upkeep.collect();
    tell(
        reason.action(
            "blob.collect", "blob", Map.of("collected", Long.toString(collected.collected()))),
        new FleetEvent(
            "io.flotilla.blobs.collected",
            "blobs",
            Map.of(
                "collected",
                collected.collected(),
                "bytes",
                collected.bytes(),
                "kept",
                collected.kept())));
    return collected;
  }

  private void backUp(OutputStream out, Reason reason) {
    // Before the first byte: whoever hangs up early has read keys all the same.
    var _ =
        core.decide(
            tx -> {
              tx.audit(reason.action("backup.begin", "backup"));
              return true;
            });
    BackupManifest manifest = backups.write(pki(), out);
    tell(
        reason.action(
            "backup.make", "backup", Map.of("sequence", Long.toString(manifest.head().sequence()))),
        new FleetEvent(
            "io.flotilla.backup.made",
            "backup",
            Map.of(
                "files",
                manifest.files(),
                "bytes",
                manifest.bytes(),
                "sequence",
                manifest.head().sequence())));
  }

  private void tell(AuditAction action, FleetEvent event) {
    var _ =
        core.decide(
            tx -> {
              tx.audit(action);
              events.append(tx, event);
              return event;
            });
  }

  private SortedMap<String, Path> pki() {
    SortedMap<String, Path> files = new TreeMap<>();
    try (Stream<Path> all = Files.list(data.resolve(PKI))) {
      all.filter(Files::isRegularFile)
          .forEach(file -> files.put(PKI + "/" + file.getFileName(), file));
    } catch (IOException e) {
      throw new FlotillaException(
          ErrorCode.BACKUP_FAILED, "the folder %s cannot be read".formatted(PKI), e);
    }
    return files;
  }
}
