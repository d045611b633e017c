package io.flotilla.cli.process;

import io.flotilla.cli.codec.Json;
import io.flotilla.cli.console.CommandGroup;
import io.flotilla.cli.console.Terminal;
import io.flotilla.controller.identity.CertificateAuthority;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code flotilla controller init}. */
@Command(
    name = "init",
    description = {
      "Make a controller's certificate authority without starting it.",
      "With --broker-files also what an external broker needs: ca.pem, broker.pem, broker-key.pem.",
      "What is there is kept."
    },
    footer = {
      "Example:",
      "  flotilla controller init --data flotilla-data/controller --broker-files broker"
    })
public final class ControllerInitCommand extends CommandGroup implements Callable<Integer> {
  @Option(
      names = "--data",
      required = true,
      paramLabel = "DIR",
      description = "The controller's folder.")
  private Path data = Path.of("");

  @Option(
      names = "--broker-files",
      paramLabel = "DIR",
      description = "Where the external broker's files go.")
  private @Nullable Path brokerFiles;

  @Option(
      names = "--host",
      paramLabel = "HOST",
      description = "A name or address of the broker, beside localhost; repeatable.")
  private @Nullable List<String> hosts;

  /** The command on this terminal. */
  public ControllerInitCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  public Integer call() {
    DataFolder.make(data);
    List<String> names = hosts == null ? List.of() : hosts;
    CertificateAuthority authority =
        CertificateAuthority.open(
            data.resolve("pki"), List.of(), console().clock(), new SecureRandom());
    if (brokerFiles != null) {
      authority.writeBrokerFiles(brokerFiles, names);
    }
    Json json =
        Json.object()
            .put("ca", authority.file().toString())
            .put("fingerprint", authority.fingerprint())
            .put("brokerFiles", brokerFiles == null ? null : brokerFiles.toString());
    console().show(json, j -> "authority " + j.text("ca") + ", SHA-256 " + j.text("fingerprint"));
    if (brokerFiles != null) {
      console().say("broker's files in " + brokerFiles + "; broker-key.pem is for the broker only");
    }
    return 0;
  }
}
