package io.flotilla.controller.catalog;

import io.flotilla.registry.model.Alias;
import io.flotilla.registry.model.AliasChange;
import io.flotilla.registry.model.ModelRecord;
import io.flotilla.registry.model.ModelVersion;
import io.flotilla.registry.model.VersionDetails;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Models, versions and aliases as the API shows them. */
final class ModelViews {
  private ModelViews() {}

  static Map<String, @Nullable Object> version(VersionDetails details) {
    ModelVersion version = details.version();
    ModelVersion.Registration registration = version.registration();
    ModelVersion.Particulars particulars = version.particulars();
    Map<String, @Nullable Object> view = new LinkedHashMap<>();
    view.put("model", version.model());
    view.put("version", version.version());
    view.put("bundle", version.bundle());
    view.put("archive", version.archive());
    view.put("description", particulars.description());
    view.put("reason", particulars.reason());
    view.put("tags", details.tags());
    view.put("metrics", details.metrics());
    view.put("aliases", details.aliases());
    view.put("datasets", particulars.datasets());
    view.put("environment", particulars.environment().orElse(null));
    view.put("lineage", version.lineage());
    view.put("manifest", version.manifest());
    view.put("publisher", registration.publisher().orElse(null));
    view.put("verified", registration.verified());
    view.put("refusal", registration.refusal().map(Enum::name).orElse(null));
    view.put("registeredAtMs", registration.atMs());
    view.put("registeredBy", registration.by());
    view.put("deleted", version.deletion().isPresent());
    return view;
  }

  static Map<String, @Nullable Object> model(ModelRecord model, List<Alias> aliases) {
    Map<String, Integer> pointed = new TreeMap<>();
    aliases.forEach(alias -> pointed.put(alias.alias(), alias.version()));
    Map<String, @Nullable Object> view = new LinkedHashMap<>();
    view.put("name", model.name());
    view.put("description", model.description());
    view.put("tags", model.tags());
    view.put("lastVersion", model.lastVersion());
    view.put("aliases", pointed);
    return view;
  }

  static Map<String, @Nullable Object> change(AliasChange change) {
    Map<String, @Nullable Object> view = new LinkedHashMap<>();
    view.put("sequence", change.sequence());
    view.put("before", number(change.before()));
    view.put("after", number(change.after()));
    view.put("atMs", change.atMs());
    view.put("by", change.by());
    view.put("reason", change.reason());
    return view;
  }

  private static @Nullable Integer number(OptionalInt version) {
    return version.isPresent() ? version.getAsInt() : null;
  }
}
