package io.flotilla.cli.device;

import io.flotilla.agent.identity.Identity;
import io.flotilla.agent.identity.PendingIdentity;
import io.flotilla.bundle.Digest;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.cli.client.ApiClient;
import io.flotilla.cli.codec.Json;
import io.flotilla.cli.console.Console;
import io.flotilla.cli.console.KeyValues;
import io.flotilla.cli.console.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Which device is to be given an identity, and where that goes. */
final class ProvisionOptions {
  @Parameters(paramLabel = "DEVICE", description = "The id that the device shall have.")
  private String device = "";

  @Option(
      names = "--dir",
      required = true,
      paramLabel = "DIR",
      description = "The agent's folder, which must hold no identity yet.")
  private Path dir = Path.of("");

  @Option(
      names = "--label",
      paramLabel = "KEY=VALUE",
      description = "A label of the device; repeatable.")
  private @Nullable List<String> labels;

  /**
   * Makes the identity.
   *
   * @param ca the authority that this controller must show, PEM
   * @throws FlotillaException {@code CONFLICT} if the folder holds an identity, or a device of that
   *     id with another key is enrolled; {@code CONTROLLER_UNTRUSTED}
   */
  void provision(Console console, ApiClient client, Path ca, Reason reason) {
    PendingIdentity pending = PendingIdentity.open(dir, device);
    Json wish =
        Json.object()
            .put("deviceId", device)
            .put("csr", pending.certificateRequest())
            .put("labels", KeyValues.parse(labels));
    Json grant = client.post("/provisionings", reason.in(wish));
    Identity identity = pending.complete(grant.bytes(), fingerprint(ca), ca.toString());
    console.show(
        Json.object().put("device", identity.deviceId()).put("dir", dir.toString()),
        json -> "%s: its identity is in %s; copy that folder to it".formatted(device, dir));
  }

  private static Digest fingerprint(Path ca) {
    try (InputStream in = Files.newInputStream(ca)) {
      return Digest.of(
          CertificateFactory.getInstance("X.509").generateCertificate(in).getEncoded());
    } catch (IOException | CertificateException e) {
      throw new FlotillaException(
          ErrorCode.CONFIGURATION_INVALID, "%s is not the context's authority".formatted(ca), e);
    }
  }
}
