package io.flotilla.registry.model;

import io.flotilla.bundle.Digest;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.registry.codec.RecordCodec;
import io.flotilla.registry.name.Names;
import io.flotilla.registry.search.RecordView;
import io.flotilla.registry.search.SearchDocument;
import io.flotilla.registry.search.SearchIndex;
import io.flotilla.registry.store.RecordStore;
import io.flotilla.registry.store.RecordTransaction;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;

/** How models and versions lie in the record store. */
final class Records {
  private static final String MODELS = "model/";

  static final String VERSIONS = "model-version/";
  private static final String BUNDLES = "model-bundle/";
  private static final String NOTES = "model-notes/";
  private static final String INSPECTIONS = "model-inspection/";
  private static final int PAGE = 200;

  private Records() {}

  /**
   * A model; the optional parts are empty in what earlier releases stored.
   *
   * @param lastVersion greatest number given
   */
  record Head(int lastVersion, Optional<String> description, Optional<Map<String, String>> tags) {
    ModelRecord of(String name) {
      return new ModelRecord(name, description.orElse(""), tags.orElse(Map.of()), lastVersion);
    }
  }

  /** What is noted about a version, once that differs from what came with it. */
  record Notes(Map<String, String> tags, Map<String, Double> metrics) {}

  private record BundleVersion(int version) {}

  static Optional<Head> head(RecordView view, String model) {
    String key = MODELS + model;
    return Names.isName(model)
        ? view.get(key).map(json -> RecordCodec.decode(json, Head.class, key))
        : Optional.empty();
  }

  static List<ModelRecord> models(RecordView view, String after, int limit) {
    return view.scan(MODELS, after.isEmpty() ? "" : MODELS + after, limit).stream()
        .map(
            entry ->
                RecordCodec.decode(entry.value(), Head.class, entry.key())
                    .of(entry.key().substring(MODELS.length())))
        .toList();
  }

  static void putHead(RecordTransaction tx, String model, Head head) {
    tx.put(MODELS + model, RecordCodec.encode(head));
  }

  /** The version, deleted or not. */
  static Optional<ModelVersion> version(RecordView view, String model, int version) {
    if (!Names.isName(model) || version < 1) {
      return Optional.empty();
    }
    String key = key(VERSIONS, model, version);
    return view.get(key).map(json -> RecordCodec.decode(json, ModelVersion.class, key));
  }

  /** The version, if it is there and not deleted. */
  static Optional<ModelVersion> living(RecordView view, String model, int version) {
    return version(view, model, version).filter(found -> found.deletion().isEmpty());
  }

  static ModelVersion require(RecordView view, String model, int version) {
    Optional<ModelVersion> found = living(view, model, version);
    if (found.isPresent()) {
      return found.get();
    }
    requireHead(view, model);
    throw new FlotillaException(
        ErrorCode.VERSION_NOT_FOUND,
        "the model %s has no version %d, or it was deleted".formatted(model, version));
  }

  static Head requireHead(RecordView view, String model) {
    return head(view, model)
        .orElseThrow(
            () ->
                new FlotillaException(
                    ErrorCode.MODEL_NOT_FOUND, "no model of that name is registered"));
  }

  static void put(RecordTransaction tx, ModelVersion version) {
    tx.put(key(VERSIONS, version.model(), version.version()), RecordCodec.encode(version));
  }

  /** Versions under a key's beginning, deleted ones included; read as the stream is used. */
  static Stream<ModelVersion> versions(RecordView view, String prefix, String after) {
    return Stream.iterate(
            view.scan(prefix, after, PAGE),
            page -> !page.isEmpty(),
            page ->
                page.size() < PAGE
                    ? List.<RecordStore.Entry>of()
                    : view.scan(prefix, page.getLast().key(), PAGE))
        .flatMap(List::stream)
        .map(entry -> RecordCodec.decode(entry.value(), ModelVersion.class, entry.key()));
  }

  static String versionsOf(String model) {
    return VERSIONS + model + "/";
  }

  static String versionKey(String model, int version) {
    return key(VERSIONS, model, version);
  }

  static Optional<ModelVersion> sameBundle(
      RecordView view, String model, Digest bundle, boolean verified) {
    String key = bundleKey(model, bundle.hex(), verified);
    return view.get(key)
        .map(json -> RecordCodec.decode(json, BundleVersion.class, key))
        .flatMap(same -> living(view, model, same.version()));
  }

  static void putBundle(RecordTransaction tx, ModelVersion version) {
    tx.put(bundleKey(version), RecordCodec.encode(new BundleVersion(version.version())));
  }

  static void removeBundle(RecordTransaction tx, ModelVersion version) {
    tx.delete(bundleKey(version));
  }

  static Notes notes(RecordView view, ModelVersion version) {
    String key = key(NOTES, version.model(), version.version());
    return view.get(key)
        .map(json -> RecordCodec.decode(json, Notes.class, key))
        .orElseGet(() -> new Notes(version.tags(), version.particulars().metrics()));
  }

  static void putNotes(RecordTransaction tx, ModelVersion version, Notes notes) {
    tx.put(key(NOTES, version.model(), version.version()), RecordCodec.encode(notes));
  }

  static Optional<Inspection> inspection(RecordView view, String model, int version) {
    String key = key(INSPECTIONS, model, version);
    return version(view, model, version)
        .flatMap(_ -> view.get(key))
        .map(json -> RecordCodec.decode(json, Inspection.class, key));
  }

  static void putInspection(RecordTransaction tx, ModelVersion version, Inspection inspection) {
    tx.put(key(INSPECTIONS, version.model(), version.version()), RecordCodec.encode(inspection));
  }

  static VersionDetails details(RecordView view, ModelVersion version) {
    Notes notes = notes(view, version);
    return new VersionDetails(
        version,
        notes.tags(),
        notes.metrics(),
        Aliases.pointingTo(view, version.model(), version.version()));
  }

  /** Brings the index in line with what is stored of a version. */
  static void index(RecordTransaction tx, ModelVersion version) {
    if (version.deletion().isPresent()) {
      SearchIndex.remove(tx, version.model(), version.version());
    } else {
      SearchIndex.put(tx, document(details(RecordView.of(tx), version)));
    }
  }

  private static SearchDocument document(VersionDetails details) {
    ModelVersion version = details.version();
    ModelVersion.Registration registration = version.registration();
    return new SearchDocument(
        version.model(),
        version.version(),
        new SearchDocument.Origin(
            registration.atMs(),
            registration.verified(),
            registration.publisher(),
            version.particulars().environment(),
            List.copyOf(datasets(version))),
        version.manifest().inputs().stream()
            .map(input -> new SearchDocument.Input(input.name(), input.type(), input.shape()))
            .toList(),
        details.tags(),
        details.metrics(),
        details.aliases());
  }

  /** Those of the registration, and those that the lineage names as {@code name:1@sha256:…}. */
  private static Collection<String> datasets(ModelVersion version) {
    TreeSet<String> datasets = new TreeSet<>();
    version.particulars().datasets().forEach(link -> datasets.add(link.dataset()));
    version
        .lineage()
        .datasets()
        .forEach(
            text -> {
              int at = text.indexOf('@');
              datasets.add(at < 0 ? text : text.substring(0, at));
            });
    return datasets;
  }

  private static String bundleKey(ModelVersion version) {
    return bundleKey(version.model(), version.bundle(), version.registration().verified());
  }

  /** Apart from each other, so that a drill never stands in for the verified bundle. */
  private static String bundleKey(String model, String bundle, boolean verified) {
    return BUNDLES + model + (verified ? "/verified/" : "/unverified/") + bundle;
  }

  private static String key(String prefix, String model, int version) {
    return "%s%s/%010d".formatted(prefix, model, version);
  }
}
