package io.flotilla.conversion.tree;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.ml.lightgbm.SWIGTYPE_p_double;
import com.microsoft.ml.lightgbm.SWIGTYPE_p_float;
import com.microsoft.ml.lightgbm.SWIGTYPE_p_int;
import com.microsoft.ml.lightgbm.SWIGTYPE_p_long_long;
import com.microsoft.ml.lightgbm.SWIGTYPE_p_p_void;
import com.microsoft.ml.lightgbm.SWIGTYPE_p_void;
import com.microsoft.ml.lightgbm.lightgbmlib;
import com.microsoft.ml.lightgbm.lightgbmlibConstants;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;

/** LightGBM itself, which the tests believe; its native library is for Linux on x86-64. */
final class Lightgbm implements AutoCloseable {
  private static final Optional<String> FAILURE = load();

  private final SWIGTYPE_p_void dataset;
  private final SWIGTYPE_p_void booster;

  private Lightgbm(SWIGTYPE_p_void dataset, SWIGTYPE_p_void booster) {
    this.dataset = dataset;
    this.booster = booster;
  }

  /** Skips the test where LightGBM's native library does not load. */
  static void assumeLoads() {
    Assumptions.assumeTrue(
        FAILURE.isEmpty(),
        () -> "LightGBM's native library does not load here: " + FAILURE.orElseThrow());
  }

  @SuppressWarnings("restricted")
  private static Optional<String> load() {
    String folder = "/com/microsoft/ml/lightgbm/linux/x86_64/";
    try {
      Path target = Files.createTempDirectory("lightgbm");
      target.toFile().deleteOnExit();
      for (String library : List.of("lib_lightgbm.so", "lib_lightgbm_swig.so")) {
        try (InputStream in = lightgbmlib.class.getResourceAsStream(folder + library)) {
          Path file = target.resolve(library);
          Files.copy(in, file);
          file.toFile().deleteOnExit();
          System.load(file.toString());
        }
      }
      return Optional.empty();
    } catch (LinkageError e) {
      return Optional.of(e.toString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Trains on labels; ranking takes rows in groups of ten. */
  static Lightgbm train(Rows rows, float[] labels, int rounds, String parameters) {
    String all = "verbosity=-1 num_threads=1 seed=42 deterministic=true " + parameters;
    SWIGTYPE_p_void dataset = dataset(rows, labels, all);
    SWIGTYPE_p_p_void out = lightgbmlib.voidpp_handle();
    check(lightgbmlib.LGBM_BoosterCreate(dataset, all, out));
    SWIGTYPE_p_void booster = lightgbmlib.voidpp_value(out);
    SWIGTYPE_p_int finished = lightgbmlib.new_intp();
    for (int round = 0; round < rounds; round++) {
      check(lightgbmlib.LGBM_BoosterUpdateOneIter(booster, finished));
    }
    lightgbmlib.delete_intp(finished);
    return new Lightgbm(dataset, booster);
  }

  private static SWIGTYPE_p_void dataset(Rows rows, float[] labels, String parameters) {
    SWIGTYPE_p_double data = doubles(rows.values());
    SWIGTYPE_p_p_void out = lightgbmlib.voidpp_handle();
    check(
        lightgbmlib.LGBM_DatasetCreateFromMat(
            lightgbmlib.double_to_voidp_ptr(data),
            lightgbmlibConstants.C_API_DTYPE_FLOAT64,
            rows.count(),
            rows.columns(),
            1,
            parameters,
            null,
            out));
    lightgbmlib.delete_doubleArray(data);
    SWIGTYPE_p_void dataset = lightgbmlib.voidpp_value(out);
    SWIGTYPE_p_float label = lightgbmlib.new_floatArray(labels.length);
    for (int i = 0; i < labels.length; i++) {
      lightgbmlib.floatArray_setitem(label, i, labels[i]);
    }
    check(
        lightgbmlib.LGBM_DatasetSetField(
            dataset,
            "label",
            lightgbmlib.float_to_voidp_ptr(label),
            labels.length,
            lightgbmlibConstants.C_API_DTYPE_FLOAT32));
    lightgbmlib.delete_floatArray(label);
    if (parameters.contains("lambdarank")) {
      group(dataset, rows.count() / 10);
    }
    return dataset;
  }

  private static void group(SWIGTYPE_p_void dataset, int groups) {
    SWIGTYPE_p_int sizes = lightgbmlib.new_intArray(groups);
    for (int i = 0; i < groups; i++) {
      lightgbmlib.intArray_setitem(sizes, i, 10);
    }
    check(
        lightgbmlib.LGBM_DatasetSetField(
            dataset,
            "group",
            lightgbmlib.int_to_voidp_ptr(sizes),
            groups,
            lightgbmlibConstants.C_API_DTYPE_INT32));
    lightgbmlib.delete_intArray(sizes);
  }

  double[][] predict(Rows rows) {
    SWIGTYPE_p_double data = doubles(rows.values());
    SWIGTYPE_p_int classes = lightgbmlib.new_intp();
    check(lightgbmlib.LGBM_BoosterGetNumClasses(booster, classes));
    int width = lightgbmlib.intp_value(classes);
    lightgbmlib.delete_intp(classes);
    SWIGTYPE_p_double result = lightgbmlib.new_doubleArray((long) rows.count() * width);
    SWIGTYPE_p_long_long size = lightgbmlib.new_int64_tp();
    check(
        lightgbmlib.LGBM_BoosterPredictForMat(
            booster,
            lightgbmlib.double_to_voidp_ptr(data),
            lightgbmlibConstants.C_API_DTYPE_FLOAT64,
            rows.count(),
            rows.columns(),
            1,
            lightgbmlibConstants.C_API_PREDICT_NORMAL,
            0,
            -1,
            "num_threads=1",
            size,
            result));
    assertThat(lightgbmlib.int64_tp_value(size)).isEqualTo((long) rows.count() * width);
    double[][] predicted = new double[rows.count()][width];
    for (int i = 0; i < rows.count() * width; i++) {
      predicted[i / width][i % width] = lightgbmlib.doubleArray_getitem(result, i);
    }
    lightgbmlib.delete_doubleArray(result);
    lightgbmlib.delete_doubleArray(data);
    lightgbmlib.delete_int64_tp(size);
    return predicted;
  }

  String text() {
    SWIGTYPE_p_long_long size = lightgbmlib.new_int64_tp();
    String text = lightgbmlib.LGBM_BoosterSaveModelToStringSWIG(booster, 0, -1, 0, 1 << 20, size);
    lightgbmlib.delete_int64_tp(size);
    return text;
  }

  String json() {
    SWIGTYPE_p_long_long size = lightgbmlib.new_int64_tp();
    String json = lightgbmlib.LGBM_BoosterDumpModelSWIG(booster, 0, -1, 0, 1 << 20, size);
    lightgbmlib.delete_int64_tp(size);
    return json;
  }

  private static SWIGTYPE_p_double doubles(float[] values) {
    SWIGTYPE_p_double array = lightgbmlib.new_doubleArray(values.length);
    for (int i = 0; i < values.length; i++) {
      lightgbmlib.doubleArray_setitem(array, i, values[i]);
    }
    return array;
  }

  private static void check(int result) {
    assertThat(result).as(() -> lightgbmlib.LGBM_GetLastError()).isZero();
  }

  @Override
  public void close() {
    check(lightgbmlib.LGBM_BoosterFree(booster));
    check(lightgbmlib.LGBM_DatasetFree(dataset));
  }
}
