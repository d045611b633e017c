package io.flotilla.controller.ingest;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.controller.catalog.KnownVersion;
import io.flotilla.controller.catalog.VersionCatalog;
import io.flotilla.controller.core.Table;
import io.flotilla.controller.core.Transaction;
import io.flotilla.protocol.message.Capture;
import io.flotilla.protocol.message.Capture.Prediction;
import io.flotilla.protocol.message.Limits;
import io.flotilla.protocol.message.WindowReport.Totals;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Predictions by their id, each stored once, with the sampled inputs beside them. Core thread only.
 */
public final class Predictions {
  /** Predictions by id. */
  public static final Table<StoredPrediction> PREDICTIONS =
      Table.of("prediction", StoredPrediction.class);

  /** Sampled inputs by model and the prediction's id. */
  public static final Table<Sample> SAMPLES = Table.of("sample", Sample.class);

  /** Accounting by device. */
  public static final Table<Accounting> ACCOUNTING = Table.cached("accounting", Accounting.class);

  /** Largest sampled input: 64 KiB. */
  public static final int MAX_INPUT_BYTES = 64 * 1024;

  /** Most characters of a label. */
  public static final int MAX_LABEL_CHARS = 200;

  private static final int MAX_ID_CHARS = 200;
  private static final Pattern ID =
      Pattern.compile("[a-z0-9][a-z0-9._-]{0,63}/[A-Za-z0-9._-]{1,64}/[0-9]{1,19}");

  private final VersionCatalog catalog;
  private final LabelListener labels;

  /** Predictions of the versions in this catalog; nobody waits for labels. */
  public Predictions(VersionCatalog catalog) {
    this(catalog, (tx, id, prediction) -> {});
  }

  /** Predictions of the versions in this catalog. */
  public Predictions(VersionCatalog catalog, LabelListener labels) {
    this.catalog = catalog;
    this.labels = labels;
  }

  /** Who waits for labels. */
  @FunctionalInterface
  public interface LabelListener {
    /**
     * Somebody said for the first time what was right.
     *
     * @param id the prediction's
     */
    void labelled(Transaction tx, String id, StoredPrediction prediction);
  }

  /** The key of a sampled input. */
  public static String sampleId(String model, String predictionId) {
    return model + "/" + predictionId;
  }

  /**
   * Stores what a device captured. A prediction whose id is stored already is counted as a
   * duplicate and changes nothing.
   *
   * @throws FlotillaException {@code INPUT_INVALID}, {@code VERSION_NOT_FOUND} if anything in the
   *     message cannot be true; nothing of it is stored then
   */
  void capture(Transaction tx, String device, Capture capture) {
    KnownVersion version =
        catalog
            .find(capture.source())
            .orElseThrow(
                () ->
                    new FlotillaException(
                        ErrorCode.VERSION_NOT_FOUND,
                        "a capture names the unregistered version " + capture.source()));
    if (capture.predictions().isEmpty() || capture.predictions().size() > Limits.MAX_PREDICTIONS) {
      throw invalid("a capture has 1 to " + Limits.MAX_PREDICTIONS + " predictions");
    }
    for (Prediction prediction : capture.predictions()) {
      check(device, prediction, version);
    }
    long stored = 0;
    long repeated = 0;
    for (Prediction prediction : capture.predictions()) {
      if (tx.get(PREDICTIONS, prediction.id()).isPresent()) {
        repeated++;
      } else {
        store(tx, version, prediction);
        stored++;
      }
    }
    tx.put(
        ACCOUNTING,
        device,
        accounting(tx, device)
            .plus(version.ref().model(), version.ref().version(), stored, repeated));
  }

  private static void store(Transaction tx, KnownVersion version, Prediction prediction) {
    String model = version.ref().model();
    tx.put(
        PREDICTIONS,
        prediction.id(),
        new StoredPrediction(
            model,
            version.ref().version(),
            prediction.atMs(),
            prediction.label(),
            prediction.score(),
            prediction.input().isPresent(),
            Optional.empty()));
    prediction
        .input()
        .ifPresent(input -> tx.put(SAMPLES, sampleId(model, prediction.id()), new Sample(input)));
  }

  private static void check(String device, Prediction prediction, KnownVersion version) {
    String id = prediction.id();
    if (!isId(id) || !StoredPrediction.deviceOf(id).equals(device)) {
      throw invalid("a prediction's id must be " + device + "/<boot id>/<number>");
    }
    if (prediction.label().filter(label -> !isLabel(label)).isPresent()) {
      throw invalid("a label has 1 to " + MAX_LABEL_CHARS + " printable characters");
    }
    if (prediction.input().isPresent()) {
      int bytes = prediction.input().get().length;
      int expected =
          version
              .baseline()
              .map(baseline -> baseline.bins().size() * Float.BYTES)
              .orElse(bytes - bytes % Float.BYTES);
      if (bytes == 0 || bytes > MAX_INPUT_BYTES || bytes != expected) {
        throw invalid(
            "a sampled input has %d bytes where %s takes %d"
                .formatted(bytes, version.ref(), expected));
      }
    }
  }

  /** Whether this is the form of a prediction's id. */
  static boolean isId(String id) {
    return id.length() <= MAX_ID_CHARS && ID.matcher(id).matches();
  }

  /** Whether this may be a label. */
  static boolean isLabel(String label) {
    return !label.isEmpty()
        && label.length() <= MAX_LABEL_CHARS
        && label.chars().noneMatch(Character::isISOControl);
  }

  /**
   * Says what was right for a prediction; a later word replaces an earlier one.
   *
   * @return false if no such prediction is stored
   * @throws FlotillaException {@code INPUT_INVALID} if the label is none
   */
  boolean label(Transaction tx, String id, String label) {
    if (!isLabel(label)) {
      throw invalid("a label has 1 to " + MAX_LABEL_CHARS + " printable characters");
    }
    Optional<StoredPrediction> prediction = isId(id) ? tx.get(PREDICTIONS, id) : Optional.empty();
    prediction.ifPresent(
        known -> {
          StoredPrediction labelled = known.withTruth(label);
          tx.put(PREDICTIONS, id, labelled);
          if (known.truth().isEmpty()) {
            labels.labelled(tx, id, labelled);
          }
        });
    return prediction.isPresent();
  }

  /** Takes over the device's own totals. */
  void reported(Transaction tx, String device, Totals totals) {
    if (totals.made() < 0 || totals.captured() < 0 || totals.refused() < 0) {
      throw invalid("totals are never negative");
    }
    tx.put(ACCOUNTING, device, accounting(tx, device).reported(totals));
  }

  /** The device was wiped: its totals begin anew. */
  void spoolReplaced(Transaction tx, String device) {
    tx.put(ACCOUNTING, device, accounting(tx, device).spoolReplaced());
  }

  private static Accounting accounting(Transaction tx, String device) {
    return tx.get(ACCOUNTING, device).orElse(Accounting.EMPTY);
  }

  private static FlotillaException invalid(String message) {
    return new FlotillaException(ErrorCode.INPUT_INVALID, message);
  }
}
