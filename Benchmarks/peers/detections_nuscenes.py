#!/usr/bin/env python3
"""Scores detections with nuscenes-devkit's own functions, on files instead of its database.

    python3 detections_nuscenes.py --reference REFERENCE.json --detections DETECTIONS.json

The reference has `num_pts` and, at its top, `ego` by sample; there are no bicycle racks, for which the devkit asks its
database. Prints JSON: the values, seconds of reading and scoring, versions.
"""

import argparse
import json
import math
import platform
import time
from importlib.metadata import version

import numpy as np
from nuscenes.eval.common.config import config_factory
from nuscenes.eval.common.data_classes import EvalBoxes
from nuscenes.eval.detection.algo import accumulate, calc_ap, calc_tp
from nuscenes.eval.detection.constants import TP_METRICS
from nuscenes.eval.detection.data_classes import DetectionBox, DetectionMetricDataList, DetectionMetrics


def boxes(path, is_reference, ego):
    with open(path) as file:
        results = json.load(file)
    ego.update(results.get("ego", {}))
    loaded = EvalBoxes()
    for token, records in results["results"].items():
        origin = ego[token]
        kept = []
        for record in records:
            box = DetectionBox(
                sample_token=token, translation=tuple(record["translation"]), size=tuple(record["size"]),
                rotation=tuple(record["rotation"]), velocity=tuple(record["velocity"]),
                ego_translation=tuple(a - b for a, b in zip(record["translation"], origin)),
                num_pts=record["num_pts"] if is_reference else -1, detection_name=record["detection_name"],
                detection_score=-1.0 if is_reference else record["detection_score"],
                attribute_name=record["attribute_name"])
            kept.append(box)
        loaded.add_boxes(token, kept)
    return loaded


def filtered(loaded, ranges):
    """As the devkit's filter_eval_boxes, without its look into the database for racks."""
    result = EvalBoxes()
    for token in loaded.sample_tokens:
        kept = [box for box in loaded[token] if box.ego_dist < ranges[box.detection_name] and box.num_pts != 0]
        result.add_boxes(token, kept)
    return result


def plain(value):
    return None if math.isnan(value) else float(value)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--reference", required=True)
    parser.add_argument("--detections", required=True)
    options = parser.parse_args()
    start = time.perf_counter()
    config, ego = config_factory("detection_cvpr_2019"), {}
    reference = filtered(boxes(options.reference, True, ego), config.class_range)
    detections = filtered(boxes(options.detections, False, ego), config.class_range)
    curves, metrics = DetectionMetricDataList(), DetectionMetrics(config)
    for name in config.class_names:
        for threshold in config.dist_ths:
            curve = accumulate(reference, detections, name, config.dist_fcn_callable, threshold)
            curves.set(name, threshold, curve)
            metrics.add_label_ap(name, threshold, calc_ap(curve, config.min_recall, config.min_precision))
        for error in TP_METRICS:
            has_none = (name == "traffic_cone" and error in ["attr_err", "vel_err", "orient_err"]) or (
                name == "barrier" and error in ["attr_err", "vel_err"])
            value = np.nan if has_none else calc_tp(curves[(name, config.dist_th_tp)], config.min_recall, error)
            metrics.add_label_tp(name, error, value)
    seconds = time.perf_counter() - start
    print(json.dumps({
        "mean_ap": metrics.mean_ap, "nds": metrics.nd_score, "tp_errors": metrics.tp_errors,
        "ap_by_threshold": {
            name: {str(float(threshold)): metrics.get_label_ap(name, threshold) for threshold in config.dist_ths}
            for name in config.class_names},
        "class_tp_errors": {
            name: {error: plain(metrics.get_label_tp(name, error)) for error in TP_METRICS} for name in config.class_names},
        "seconds": seconds,
        "versions": {"python": platform.python_version(), "nuscenes-devkit": version("nuscenes-devkit"),
                     "numpy": np.__version__}}, indent=1))


if __name__ == "__main__":
    main()
