#!/usr/bin/env python3
"""Golden values for the baselines, by scikit-learn, on synthetic tracks.

    python3 -m venv venv && venv/bin/pip install scikit-learn==1.7.* numpy
    venv/bin/python tests/golden/baselines/generate.py

writes golden.json beside this script. The folds are given, so that both sides test the same tracks.
"""

import json
import pathlib

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import Ridge
from sklearn.metrics import mean_squared_error, r2_score, root_mean_squared_error
from sklearn.model_selection import LeaveOneGroupOut, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

TRACKS, FEATURES, PLAYLISTS, FOLDS = 300, 34, 6, 5
PENALTIES = 10.0 ** (np.arange(13) / 2 - 1)
NAME_PENALTY = 10.0
WORDS = "night river Blue heart fire a so café love 夜 remix live gold rain I dance city echo".split()


def data(random):
    groups = np.minimum(np.arange(TRACKS), random.integers(0, TRACKS, TRACKS) + 200)
    _, groups = np.unique(groups, return_inverse=True)
    cover = random.normal(size=(groups.max() + 1, FEATURES)) * 10.0 ** random.uniform(-1, 2, FEATURES)
    cover[:, 5] = 3.0
    cover[:, 6] = 2 * cover[:, 7]
    features = cover[groups]
    playlists = random.integers(0, PLAYLISTS, TRACKS)
    titles = [" ".join(random.choice(WORDS, random.integers(1, 5))) for _ in range(TRACKS)]
    scaled = StandardScaler().fit_transform(features)
    popularity = 40 + 4 * playlists + 3 * scaled[:, 0] - 2 * scaled[:, 7]
    popularity += np.array([4.0 * ("remix" in title) for title in titles]) + random.normal(0, 9, TRACKS)
    fold_of_group = random.integers(0, FOLDS, groups.max() + 1)
    return np.round(features, 5), np.round(popularity, 3), playlists, groups, titles, fold_of_group[groups]


def playlist_means(y, playlists, train):
    return np.array([y[train & (playlists == p)].mean() for p in range(PLAYLISTS)])


def out_of_fold(y, fold_of, fit_predict):
    predicted = np.full(len(y), np.nan)
    for fold in range(FOLDS):
        test = fold_of == fold
        predicted[test] = fit_predict(~test, test)
    return {"r2": r2_score(y, predicted), "rmse": root_mean_squared_error(y, predicted), "first": predicted[:5].tolist()}


def main():
    x, y, playlists, groups, titles, fold_of = data(np.random.default_rng(20221))
    titles_array = np.array(titles)

    def colors(target):
        def fit_predict(train, test):
            scaler = StandardScaler().fit(x[train])
            rows, y_rows = scaler.transform(x[train]), target(train)

            def left_out_error(penalty):
                covers = {"groups": groups[train], "cv": LeaveOneGroupOut()}
                return mean_squared_error(y_rows, cross_val_predict(Ridge(alpha=penalty), rows, y_rows, **covers))

            model = Ridge(alpha=min(PENALTIES, key=left_out_error)).fit(rows, y_rows)
            return model.predict(scaler.transform(x[test]))
        return fit_predict

    def names(train, test):
        vectors = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), min_df=2)
        model = make_pipeline(vectors, Ridge(alpha=NAME_PENALTY, solver="sparse_cg", tol=1e-10))
        return model.fit(titles_array[train], y[train]).predict(titles_array[test])

    def playlist_and_colors(train, test):
        means = playlist_means(y, playlists, train)[playlists]
        return means[test] + colors(lambda rows: (y - means)[rows])(train, test)

    expected = {
        "mean": out_of_fold(y, fold_of, lambda train, test: y[train].mean()),
        "playlist": out_of_fold(y, fold_of, lambda train, test: playlist_means(y, playlists, train)[playlists[test]]),
        "colors": out_of_fold(y, fold_of, colors(lambda rows: y[rows])),
        "track name": out_of_fold(y, fold_of, names),
        "playlist + colors": out_of_fold(y, fold_of, playlist_and_colors),
    }
    golden = {
        "features": x.tolist(), "popularity": y.tolist(), "playlists": playlists.tolist(), "groups": groups.tolist(),
        "titles": titles, "fold_of": fold_of.tolist(), "name_penalty": NAME_PENALTY, "expected": expected,
    }
    place = pathlib.Path(__file__).with_name("golden.json")
    place.write_text(json.dumps(golden, ensure_ascii=False, separators=(",", ":")) + "\n")
    print(json.dumps(expected, indent=1))


if __name__ == "__main__":
    main()
