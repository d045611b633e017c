package io.flotilla.controller.broker;

import io.flotilla.protocol.message.Limits;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Set;

/**
 * The broker's folders and configuration, written anew at every start: it reads its key only from a
 * file, so that file has mode 600 and a password of its own.
 */
final class BrokerFiles {
  private static final FileAttribute<Set<PosixFilePermission>> SECRET_FILE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
  private static final FileAttribute<Set<PosixFilePermission>> SECRET_FOLDER =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
  private static final int PASSWORD_BYTES = 24;
  private static final int PACKET_HEADROOM_BYTES = 4096;
  private static final int MAX_QUEUED = 2000;
  private static final int MAX_UNACKNOWLEDGED = 100;

  /** In memory: what must survive is in the controller's store, and is published again. */
  private static final String FORM =
      """
      <?xml version="1.0" encoding="UTF-8"?>
      <hivemq>
        <listeners>
          <tls-tcp-listener>
            <port>{port}</port>
            <bind-address>{host}</bind-address>
            <tls>
              <protocols>
                <protocol>TLSv1.3</protocol>
                <protocol>TLSv1.2</protocol>
              </protocols>
              <keystore>
                <path>{keys}</path>
                <password>{secret}</password>
                <private-key-password>{secret}</private-key-password>
              </keystore>
              <truststore>
                <path>{trust}</path>
                <password>{secret}</password>
              </truststore>
              <client-authentication-mode>REQUIRED</client-authentication-mode>
            </tls>
          </tls-tcp-listener>
        </listeners>
        <mqtt>
          <packets>
            <max-packet-size>{maxPacket}</max-packet-size>
          </packets>
          <quality-of-service>
            <max-qos>1</max-qos>
          </quality-of-service>
          <receive-maximum>
            <server-receive-maximum>{maxUnacknowledged}</server-receive-maximum>
          </receive-maximum>
          <shared-subscriptions>
            <enabled>false</enabled>
          </shared-subscriptions>
          <queued-messages>
            <max-queue-size>{maxQueued}</max-queue-size>
            <strategy>discard</strategy>
          </queued-messages>
        </mqtt>
        <security>
          <allow-empty-client-id>
            <enabled>false</enabled>
          </allow-empty-client-id>
        </security>
        <persistence>
          <mode>in-memory</mode>
        </persistence>
        <anonymous-usage-statistics>
          <enabled>false</enabled>
        </anonymous-usage-statistics>
      </hivemq>
      """;

  private BrokerFiles() {}

  /** Where the broker looks. */
  record Folders(Path configuration, Path data, Path extensions) {}

  static Folders write(BrokerConfig config, SecureRandom random)
      throws IOException, GeneralSecurityException {
    Path root = folder(config.folder().toAbsolutePath());
    Folders folders =
        new Folders(
            folder(root.resolve("conf")),
            folder(root.resolve("data")),
            folder(root.resolve("extensions")));
    char[] password = password(random);
    Path keys = root.resolve("keys.p12");
    Path trust = root.resolve("trust.p12");
    replace(keys, bytes(config.identity().keyStore(password), password));
    replace(trust, bytes(config.identity().trustStore(), password));
    String text =
        FORM.replace("{port}", Integer.toString(config.port()))
            .replace("{host}", xml(config.host()))
            .replace("{keys}", xml(keys.toString()))
            .replace("{trust}", xml(trust.toString()))
            .replace("{secret}", new String(password))
            .replace(
                "{maxPacket}", Integer.toString(Limits.MAX_PAYLOAD_BYTES + PACKET_HEADROOM_BYTES))
            .replace("{maxUnacknowledged}", Integer.toString(MAX_UNACKNOWLEDGED))
            .replace("{maxQueued}", Integer.toString(MAX_QUEUED));
    replace(folders.configuration.resolve("config.xml"), text.getBytes(StandardCharsets.UTF_8));
    return folders;
  }

  private static Path folder(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      Path parent = folder.getParent();
      if (parent != null) {
        Files.createDirectories(parent);
      }
      Files.createDirectory(folder, SECRET_FOLDER);
    }
    return folder;
  }

  private static void replace(Path file, byte[] content) throws IOException {
    Files.deleteIfExists(file);
    Files.createFile(file, SECRET_FILE);
    Files.write(file, content, StandardOpenOption.WRITE);
  }

  private static byte[] bytes(KeyStore store, char[] password)
      throws IOException, GeneralSecurityException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    store.store(bytes, password);
    return bytes.toByteArray();
  }

  private static char[] password(SecureRandom random) {
    byte[] bytes = new byte[PASSWORD_BYTES];
    random.nextBytes(bytes);
    return HexFormat.of().formatHex(bytes).toCharArray();
  }

  private static String xml(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
