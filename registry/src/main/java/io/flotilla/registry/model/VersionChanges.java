package io.flotilla.registry.model;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.registry.name.Names;
import io.flotilla.registry.search.RecordView;
import io.flotilla.registry.store.RecordTransaction;
import java.util.Map;
import java.util.Optional;

/**
 * The changes of one transaction. All of them happen at one time, and none is stored here.
 *
 * @param tx the transaction
 * @param atMs Unix time in milliseconds
 */
record VersionChanges(RecordTransaction tx, long atMs) {
  ModelRegistry.Registered commit(Prepared prepared) {
    RegistrationRequest request = prepared.request();
    Checked checked = prepared.checked();
    ModelVersion.ArchiveRef archive = prepared.archive();
    Optional<ModelVersion> same =
        Records.sameBundle(now(), request.model(), checked.digest(), checked.verified());
    if (same.isPresent()) {
      if (same.get().archive().digest().equals(archive.digest())) {
        prepared.keep(); // heals a blob that was damaged since
      }
      return new ModelRegistry.Registered(same.get(), false);
    }
    ModelVersion version =
        new ModelVersion(
            request.model(),
            lastVersion(request.model()) + 1,
            checked.digest().hex(),
            archive,
            request.tags(),
            checked.manifest(),
            registration(request, checked),
            Optional.empty());
    prepared.keep();
    add(version);
    prepared.inspection().ifPresent(found -> Records.putInspection(tx, version, found));
    return new ModelRegistry.Registered(version, true);
  }

  void adopt(ModelVersion version) {
    Names.requireName("model", version.model());
    int next = lastVersion(version.model()) + 1;
    if (version.version() != next) {
      throw new FlotillaException(
          ErrorCode.CONFLICT,
          "%s cannot be taken over: the next version is %d".formatted(version.reference(), next));
    }
    add(version);
  }

  ModelRecord describe(String model, Optional<String> description, Changes<String> tags) {
    Records.Head head = Records.requireHead(now(), model);
    description.ifPresent(Names::requireDescription);
    Map<String, String> changed = tags.appliedTo(head.tags().orElse(Map.of()));
    Names.requireTags(changed);
    Records.Head described =
        new Records.Head(
            head.lastVersion(), description.or(head::description), Optional.of(changed));
    Records.putHead(tx, model, described);
    return described.of(model);
  }

  VersionDetails annotate(String model, int version, Annotation annotation) {
    ModelVersion found = Records.require(now(), model, version);
    Records.Notes before = Records.notes(now(), found);
    Records.Notes notes =
        new Records.Notes(
            annotation.tags().appliedTo(before.tags()),
            annotation.metrics().appliedTo(before.metrics()));
    Names.requireTags(notes.tags());
    Names.requireMetrics(notes.metrics());
    Records.putNotes(tx, found, notes);
    Records.index(tx, found);
    return Records.details(now(), found);
  }

  Alias moveAlias(AliasMove move) {
    ModelVersion to = Records.require(now(), move.model(), move.version());
    Optional<Alias> before = Aliases.find(now(), move.model(), move.alias());
    Alias after = Aliases.move(tx, move, atMs);
    before.ifPresent(alias -> index(move.model(), alias.version()));
    Records.index(tx, to);
    return after;
  }

  Alias removeAlias(String model, String alias, String by, String reason) {
    Names.requireReason(reason);
    Records.requireHead(now(), model);
    Alias before = Aliases.require(now(), model, alias);
    Aliases.remove(tx, model, before, new Aliases.Deed(atMs, by, reason));
    index(model, before.version());
    return before;
  }

  ModelVersion delete(DeletionRequest request) {
    ModelVersion found = Records.require(now(), request.model(), request.version());
    if (!request.users().isEmpty()) {
      throw new VersionInUseException(found, request.users());
    }
    Aliases.Deed deed = new Aliases.Deed(atMs, request.by(), request.reason());
    Aliases.all(now(), request.model()).stream()
        .filter(alias -> alias.version() == request.version())
        .forEach(alias -> Aliases.remove(tx, request.model(), alias, deed));
    ModelVersion deleted =
        found.deleted(new ModelVersion.Deletion(atMs, request.by(), Optional.of(request.reason())));
    Records.put(tx, deleted);
    Records.removeBundle(tx, deleted);
    Records.index(tx, deleted);
    return deleted;
  }

  private void add(ModelVersion version) {
    Records.Head head =
        Records.head(now(), version.model())
            .orElseGet(() -> new Records.Head(0, Optional.empty(), Optional.empty()));
    Records.putHead(
        tx, version.model(), new Records.Head(version.version(), head.description(), head.tags()));
    Records.put(tx, version);
    if (version.deletion().isEmpty()) {
      Records.putBundle(tx, version);
      Records.index(tx, version);
    }
  }

  private ModelVersion.Registration registration(RegistrationRequest request, Checked checked) {
    return new ModelVersion.Registration(
        atMs,
        request.by(),
        checked.verified(),
        checked.publisher(),
        checked.refusal(),
        Optional.of(
            new ModelVersion.Particulars(
                request.description(),
                request.reason(),
                request.metrics(),
                request.datasets(),
                request.environment())));
  }

  private void index(String model, int version) {
    Records.living(now(), model, version).ifPresent(found -> Records.index(tx, found));
  }

  private int lastVersion(String model) {
    return Records.head(now(), model).map(Records.Head::lastVersion).orElse(0);
  }

  private RecordView now() {
    return RecordView.of(tx);
  }
}
