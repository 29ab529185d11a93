#!/bin/sh
#SBATCH --job-name=cover-study
#SBATCH --cpus-per-task=2
#SBATCH --mem=1G
#SBATCH --time=01:00:00
# sbatch --array=0-$((N-1)) slurm.sh DIR
set -eu
exec cover-study fit "$1" "$SLURM_ARRAY_TASK_ID" --threads "${SLURM_CPUS_PER_TASK:-1}"
