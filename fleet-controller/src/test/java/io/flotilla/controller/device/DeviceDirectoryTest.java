package io.flotilla.controller.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.controller.device.DeviceRecord.Desired;
import io.flotilla.controller.device.DeviceRecord.Presence;
import io.flotilla.protocol.message.HardwareFacts;
import io.flotilla.protocol.message.VersionRef;
import io.flotilla.registry.audit.AuditFilter;
import io.flotilla.registry.audit.AuditHead;
import io.flotilla.registry.codec.RecordCodec;
import io.flotilla.registry.store.RecordStore;
import io.flotilla.registry.store.WriteBatch;
import io.flotilla.registry.store.rocksdb.RocksRecordStore;
import java.math.BigInteger;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeviceDirectoryTest {
  private static final VersionRef DIGITS = new VersionRef("digits", 1, "ab".repeat(32));

  @TempDir Path folder;

  @Test
  void aRestartFindsEveryDeviceAsItWasStored() {
    DeviceRecord full;
    try (TestFleet fleet = new TestFleet(folder, Clock.systemUTC())) {
      full =
          fleet
              .add("cam-1", Map.of("site", "lyon"))
              .withPresence(new Presence(true, 17, Optional.of("boot")))
              .withHardware(
                  new HardwareFacts(
                      "Linux",
                      "amd64",
                      2,
                      1L << 33,
                      "1.29.0",
                      List.of(new HardwareFacts.AcceleratorFacts("CPU", "CPU", false)),
                      Optional.of(List.of("avx2"))))
              .withDesired(Optional.of(new Desired(DIGITS, 4)))
              .withRunning(Optional.of(DIGITS))
              .withDrifting(true);
      fleet.decide(
          tx -> {
            fleet.devices.put(tx, full);
            return true;
          });
    }

    try (TestFleet fleet = new TestFleet(folder, Clock.systemUTC())) {
      assertThat(fleet.devices.require("cam-1")).isEqualTo(full);
      Optional<DeviceRecord> decided = fleet.decide(tx -> fleet.devices.get(tx, "cam-1"));
      assertThat(decided).contains(full);
      assertThat(fleet.devices.size()).isEqualTo(1);
    }
  }

  @Test
  void aDeviceThatAnEarlierReleaseStoredInOnePieceIsSplit() {
    DeviceRecord whole =
        DeviceRecord.enrolled(
                "cam-1", Map.of("site", "lyon"), DeviceRecord.Identity.of(5, "ab", "cd"))
            .withPresence(new Presence(true, 17, Optional.of("boot")))
            .withRunning(Optional.of(DIGITS));
    try (RecordStore store = RocksRecordStore.open(folder)) {
      store.write(new WriteBatch().put("device/cam-1", RecordCodec.encode(whole)));
    }

    try (TestFleet fleet = new TestFleet(folder, Clock.systemUTC())) {
      assertThat(fleet.devices.require("cam-1")).isEqualTo(whole);
      fleet.decide(
          tx -> {
            fleet.devices.put(tx, whole.withPresence(new Presence(false, 18, Optional.empty())));
            return true;
          });
      assertThat(fleet.audit.head()).isEqualTo(AuditHead.NONE);
      fleet.decide(
          tx -> {
            fleet.devices.put(tx, whole.withIdentity(whole.identity().revokedNow()));
            return true;
          });
      assertThat(fleet.audit.page(0, 1, AuditFilter.ALL).entries().getFirst().records())
          .containsOnlyKeys("device/cam-1");
    }
  }

  @Test
  void readersSeeADeviceOnlyOnceItIsStored() {
    try (TestFleet fleet = new TestFleet(folder, Clock.systemUTC())) {
      DeviceRecord device = fleet.add("cam-1", Map.of());

      assertThatThrownBy(
              () ->
                  fleet.decide(
                      tx -> {
                        fleet.devices.put(tx, device.withDrifting(true));
                        assertThat(fleet.devices.require(tx, "cam-1").drifting()).isTrue();
                        assertThat(fleet.devices.require("cam-1").drifting()).isFalse();
                        throw new FlotillaException(ErrorCode.CONFLICT, "changed my mind");
                      }))
          .hasCauseInstanceOf(FlotillaException.class);

      assertThat(fleet.devices.require("cam-1").drifting()).isFalse();
    }
  }

  @Test
  void pagesGoThroughAllDevicesInOrderAndOnce() {
    try (TestFleet fleet = new TestFleet(folder, Clock.systemUTC())) {
      for (String id : List.of("c", "a", "e", "b", "d")) {
        fleet.add(id, Map.of("odd", "ace".contains(id) ? "yes" : "no"));
      }

      assertThat(ids(fleet.devices.page(Selector.ALL, true, "", 2))).containsExactly("a", "b");
      assertThat(ids(fleet.devices.page(Selector.ALL, true, "b", 2))).containsExactly("c", "d");
      assertThat(ids(fleet.devices.page(Selector.ALL, true, "d", 2))).containsExactly("e");
      assertThat(ids(fleet.devices.page(Selector.parse("odd=yes"), true, "a", 2)))
          .containsExactly("c", "e");
      assertThat(ids(fleet.devices.select(Selector.parse("odd!=yes")))).containsExactly("b", "d");
    }
  }

  @Test
  void admitsOnlyTheLatestCertificateOfADeviceThatIsNotRevoked() {
    try (TestFleet fleet = new TestFleet(folder, Clock.systemUTC())) {
      DeviceRecord device = fleet.add("cam-1", Map.of());

      assertThat(fleet.devices.admits("cam-1", new BigInteger("abc", 16))).isTrue();
      assertThat(fleet.devices.admits("cam-1", new BigInteger("abd", 16))).isFalse();
      assertThat(fleet.devices.admits("cam-2", new BigInteger("abc", 16))).isFalse();

      fleet.decide(
          tx -> {
            fleet.devices.put(tx, device.withIdentity(device.identity().revokedNow()));
            return true;
          });
      assertThat(fleet.devices.admits("cam-1", new BigInteger("abc", 16))).isFalse();
    }
  }

  @Test
  void anUnknownDeviceIsNamedInTheRefusalWithoutItsControlCharacters() {
    try (TestFleet fleet = new TestFleet(folder, Clock.systemUTC())) {
      assertThatThrownBy(() -> fleet.devices.require("x\u001b[2J" + "y".repeat(500)))
          .isInstanceOfSatisfying(
              FlotillaException.class,
              e -> {
                assertThat(e.code()).isEqualTo(ErrorCode.DEVICE_NOT_FOUND);
                assertThat(e.getMessage()).doesNotContain("\u001b").hasSizeLessThan(150);
              });
    }
  }

  private static List<String> ids(List<DeviceRecord> devices) {
    return devices.stream().map(DeviceRecord::id).toList();
  }
}
