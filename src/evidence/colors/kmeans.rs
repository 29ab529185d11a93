//! Weighted k-means: Lloyd's iteration from k-means++ starts (Arthur and Vassilvitskii, 2007).

use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

const RESTARTS: u64 = 3;
const ITERATIONS: usize = 30;

type Point = [f64; 3];

/// A cluster: its center and the weight of its points.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Cluster {
    pub(super) center: Point,
    pub(super) weight: f64,
}

/// At most `count` clusters of weighted points, the heaviest first; fewer where there are fewer different points.
/// Always the same for the same points.
pub(super) fn clusters(points: &[(Point, f64)], count: usize) -> Vec<Cluster> {
    let tries = (0..RESTARTS).map(|seed| lloyd(points, starts(points, count, seed)));
    let best = tries.min_by(|one, other| one.1.total_cmp(&other.1));
    let mut clusters = best.map_or_else(Vec::new, |(clusters, _)| clusters);
    clusters.retain(|cluster| cluster.weight > 0.0);
    clusters.sort_by(|one, other| other.weight.total_cmp(&one.weight));
    clusters
}

fn distance(one: Point, other: Point) -> f64 {
    (one[0] - other[0]).powi(2) + (one[1] - other[1]).powi(2) + (one[2] - other[2]).powi(2)
}

/// The first centers: each drawn with a chance in proportion to its squared distance from those before it.
fn starts(points: &[(Point, f64)], count: usize, seed: u64) -> Vec<Point> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut chances: Vec<f64> = points.iter().map(|(_, weight)| *weight).collect();
    let mut centers: Vec<Point> = Vec::with_capacity(count);
    while centers.len() < count {
        let total: f64 = chances.iter().sum();
        if total <= 0.0 {
            break;
        }
        let mut left = random.random::<f64>() * total;
        let drawn = chances.iter().position(|chance| {
            left -= chance;
            left < 0.0
        });
        let Some(&(center, _)) = points.get(drawn.unwrap_or(points.len() - 1)) else { break };
        centers.push(center);
        for (chance, (point, weight)) in chances.iter_mut().zip(points) {
            let nearest = centers.iter().map(|center| distance(*point, *center)).fold(f64::INFINITY, f64::min);
            *chance = nearest * weight;
        }
    }
    centers
}

/// Moves the centers until they rest; the clusters, and the weighted squared distances that are left.
fn lloyd(points: &[(Point, f64)], mut centers: Vec<Point>) -> (Vec<Cluster>, f64) {
    let mut clusters = Vec::new();
    let mut left = f64::INFINITY;
    for _ in 0..ITERATIONS {
        let mut sums = vec![([0.0; 3], 0.0); centers.len()];
        let mut now = 0.0;
        for (point, weight) in points {
            let nearest = centers.iter().map(|center| distance(*point, *center)).enumerate();
            let Some((place, squared)) = nearest.min_by(|one, other| one.1.total_cmp(&other.1)) else { break };
            now += squared * weight;
            let (sum, total) = &mut sums[place];
            for (sum, value) in sum.iter_mut().zip(point) {
                *sum += value * weight;
            }
            *total += weight;
        }
        clusters = centers
            .iter()
            .zip(&sums)
            .map(|(center, (sum, weight))| Cluster {
                center: if *weight > 0.0 { sum.map(|value| value / weight) } else { *center },
                weight: *weight,
            })
            .collect();
        if left - now <= 1e-9 * left {
            return (clusters, now);
        }
        left = now;
        centers = clusters.iter().map(|cluster| cluster.center).collect();
    }
    (clusters, left)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clear_clusters_are_found() {
        let points: Vec<(Point, f64)> =
            (0..90).map(|index| ([f64::from(index % 3) * 10.0 + f64::from(index) * 1e-3, 0.0, 0.0], 1.0)).collect();
        let clusters = clusters(&points, 3);
        let mut centers: Vec<f64> = clusters.iter().map(|cluster| cluster.center[0].round()).collect();
        centers.sort_by(f64::total_cmp);
        assert_eq!(centers, [0.0, 10.0, 20.0]);
        assert!(clusters.iter().all(|cluster| cluster.weight == 30.0));
    }

    #[test]
    fn fewer_points_make_fewer_clusters() {
        assert_eq!(clusters(&[([1.0; 3], 5.0)], 3).len(), 1);
        assert!(clusters(&[], 3).is_empty());
    }
}
