package io.flotilla.controller.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.controller.http.codec.ApiJson;
import io.flotilla.controller.identity.OperatorAccess.OperatorFile;
import io.flotilla.registry.audit.AuditLog;
import io.flotilla.registry.store.RecordStore;
import io.flotilla.registry.store.rocksdb.RocksRecordStore;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Clock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OperatorAccessTest {
  private static final URI URL = URI.create("https://127.0.0.1:1234");

  @TempDir Path folder;
  private RecordStore store;
  private Path file;

  @BeforeEach
  void start() {
    store = RocksRecordStore.open(folder.resolve("store"));
    file = folder.resolve("operator.json");
  }

  @AfterEach
  void stop() {
    store.close();
  }

  private OperatorAccess open() {
    return OperatorAccess.open(
        store, new AuditLog(store, Clock.systemUTC()), file, new SecureRandom());
  }

  private String token() throws IOException {
    return ApiJson.decode(Files.readAllBytes(file), OperatorFile.class).token();
  }

  @Test
  void theTokenSurvivesARestartAndTheAddressMayChange() throws IOException {
    open().publish(URL, Path.of("ca.pem"));
    String token = token();
    OperatorAccess again = open();
    again.publish(URI.create("https://127.0.0.1:4321"), Path.of("ca.pem"));

    assertThat(again.accepts(token)).isTrue();
    assertThat(token()).isEqualTo(token);
    assertThat(file).content().contains("4321");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
  }

  @Test
  void nothingButTheTokenIsAccepted() throws IOException {
    OperatorAccess access = open();
    access.publish(URL, Path.of("ca.pem"));

    assertThat(access.accepts("")).isFalse();
    assertThat(access.accepts(token() + "x")).isFalse();
    assertThat(access.accepts(token().substring(1))).isFalse();
    assertThat(
            access.accepts(
                new String(
                    store.get("operator/token-hash").orElseThrow(), StandardCharsets.ISO_8859_1)))
        .isFalse();
  }

  @Test
  void aLostOrForeignFileMakesTheOldTokenWorthless() throws IOException {
    open().publish(URL, Path.of("ca.pem"));
    String old = token();
    Files.writeString(file, "{\"url\":\"x\",\"token\":\"mine\",\"ca\":\"y\"}");

    OperatorAccess access = open();

    assertThat(access.accepts(old)).isFalse();
    assertThat(access.accepts("mine")).isFalse();
  }

  @Test
  void aHalfWrittenFileIsReplaced() throws IOException {
    open().publish(URL, Path.of("ca.pem"));
    Files.writeString(file, "{\"url\":");
    OperatorAccess access = open();
    access.publish(URL, Path.of("ca.pem"));

    assertThat(access.accepts(token())).isTrue();
  }

  @Test
  void aFileThatOthersCanReadIsRefused() throws IOException {
    open().publish(URL, Path.of("ca.pem"));
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));

    assertThatThrownBy(this::open)
        .isInstanceOfSatisfying(
            FlotillaException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFIGURATION_INVALID));
  }

  @Test
  void theStoreKnowsOnlyAHash() throws IOException {
    open().publish(URL, Path.of("ca.pem"));

    for (RecordStore.Entry entry : store.scan("", "", 100)) {
      assertThat(new String(entry.value(), StandardCharsets.UTF_8)).doesNotContain(token());
    }
  }
}
