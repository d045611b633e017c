package io.flotilla.cli.bench;

import io.flotilla.agent.identity.DeviceKey;
import io.flotilla.cli.client.ApiClient;
import io.flotilla.cli.codec.Json;
import io.flotilla.controller.identity.TlsIdentity;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.LongConsumer;

/**
 * Enrols devices by claim and signing request, as each of them would. Devices that connect have a
 * key of their own; the ones that never do share {@value #SHARED_KEYS}, since making keys is the
 * devices' work and not the controller's.
 *
 * @param api the controller
 * @param authority what its certificates lead to
 */
record Enrolling(ApiClient api, X509Certificate authority) {
  /** The label of devices that connect. */
  static final String PRESENT = "present";

  private static final String LABEL = "bench";
  private static final int SHARED_KEYS = 64;
  private static final int CLAIMS = 1000;
  private static final int AT_A_TIME = 16;

  /** The selector of devices that connect. */
  static String selector() {
    return LABEL + "=" + PRESENT;
  }

  static String id(int number) {
    return String.format(Locale.ROOT, "sim-%07d", number);
  }

  /**
   * Enrols {@code devices}, of which the first {@code connected} get identities.
   *
   * @param progress hears how many are done
   */
  Map<String, TlsIdentity> enrol(int devices, int connected, LongConsumer progress) {
    Map<String, TlsIdentity> identities = new ConcurrentSkipListMap<>();
    List<DeviceKey> shared = new ArrayList<>();
    for (int i = 0; i < SHARED_KEYS; i++) {
      shared.add(DeviceKey.generate());
    }
    try (ExecutorService workers = Executors.newFixedThreadPool(AT_A_TIME)) {
      for (int from = 0; from < devices; ) {
        boolean present = from < connected;
        int to = Math.min(present ? connected : devices, from + CLAIMS);
        List<Json> claims = claims(to - from, present ? PRESENT : "away");
        List<Future<?>> batch = new ArrayList<>();
        for (int i = from; i < to; i++) {
          int number = i;
          String claim = claims.get(i - from).asText();
          DeviceKey key = present ? DeviceKey.generate() : shared.get(i % SHARED_KEYS);
          batch.add(
              workers.submit(
                  () -> {
                    X509Certificate granted = enrol(id(number), claim, key);
                    if (present) {
                      identities.put(
                          id(number), new TlsIdentity(key.secret(), List.of(granted), authority));
                    }
                    return granted;
                  }));
        }
        await(batch);
        from = to;
        progress.accept(from);
      }
    }
    return identities;
  }

  private List<Json> claims(int count, String label) {
    Json wish = Json.object().put("count", count).put("labels", Json.object().put(LABEL, label));
    return api.post("/claims", wish).get("claims").items();
  }

  private X509Certificate enrol(String id, String claim, DeviceKey key)
      throws CertificateException {
    Json wish =
        Json.object()
            .put("claim", claim)
            .put("deviceId", id)
            .put("csr", key.certificateRequest(id));
    String pem = api.post("/enrolments", wish).text("certificate");
    return (X509Certificate)
        CertificateFactory.getInstance("X.509")
            .generateCertificate(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
  }

  private static void await(List<Future<?>> batch) {
    try {
      for (Future<?> one : batch) {
        one.get();
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException("a device could not be enrolled", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }
}
