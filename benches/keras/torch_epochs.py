"""Trains a model with PyTorch, an epoch for each line that it gets, and prints the seconds: torch_epochs.py FOLDER MODEL."""
import sys
import time

import torch
from torch import nn

from models import BATCH, LAYERS, arrays

folder, name = sys.argv[1:3]
x, y, x_test, y_test = (torch.from_numpy(array) for array in arrays(folder))
x, x_test = (array.permute(0, 3, 1, 2).contiguous(memory_format=torch.channels_last) for array in (x, x_test))
layers, channels = [], 3
for filters, kernel, activation, pool in LAYERS[name]:
    layers.append(nn.Conv2d(channels, filters, kernel))
    layers += [nn.ReLU()] if activation == "relu" else []
    layers += [nn.MaxPool2d(pool)] if pool else []
    channels = filters
features = nn.Sequential(*layers, nn.Flatten())(x[:1]).shape[1]
model = nn.Sequential(*layers, nn.Flatten(), nn.Linear(features, 1)).to(memory_format=torch.channels_last)
optimizer = torch.optim.Adam(model.parameters(), eps=1e-7)
for _ in sys.stdin:
    began = time.perf_counter()
    for batch in torch.randperm(len(x)).split(BATCH):
        optimizer.zero_grad()
        nn.functional.mse_loss(model(x[batch])[:, 0], y[batch]).backward()
        optimizer.step()
    with torch.no_grad():
        for batch in x_test.split(BATCH):
            model(batch)
    torch.save(model.state_dict(), f"{folder}/last.pt")
    print(time.perf_counter() - began, flush=True)
